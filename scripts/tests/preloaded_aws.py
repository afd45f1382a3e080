"""Runs AWS CLI commands for preload-aws.ts until its standard input closes. The CLI needs half a second of CPU time
to load its modules: this process loads them once, and runs each command in a fork of itself.

Argument: the path of the Unix socket for the commands. A client sends arguments, environment and folder as a line of
JSON, with its standard input, output and error, and gets the exit code.
"""

import json
import os
import select
import signal
import socket
import sys

import awscli.clidriver

awscli.clidriver.create_clidriver()
# Set by the CLI's own module, for the files that it reads later.
data = os.environ["AWS_DATA_PATH"]


def run(connection):
    message, files, _, _ = socket.recv_fds(connection, 1 << 20, 3)
    while not message.endswith(b"\n"):
        message += connection.recv(1 << 20)
    request = json.loads(message)
    for number, file in enumerate(files):
        os.dup2(file, number)
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"], AWS_DATA_PATH=data)
    sys.argv = ["aws", *request["arguments"]]
    code = awscli.clidriver.main()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(bytes([code & 255]))


server = socket.socket(socket.AF_UNIX)
server.bind(sys.argv[1])
server.listen(64)
# The kernel forgets commands that have ended.
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("ready", flush=True)
while server in select.select([server, sys.stdin], [], [])[0]:
    connection, _ = server.accept()
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        server.close()
        try:
            run(connection)
        finally:
            os._exit(255)
    connection.close()
