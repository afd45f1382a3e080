# Runs a command in the PID namespace, which begins with a child of this process, and passes signals to it. Arguments:
# number of processes that are too many, folder, command.
cd -- "$2" || exit 126
ulimit -u $(($1 * 2)) 2> /dev/null
child= early=
pass() { if [ "$child" ]; then kill -s "$1" "$child"; else early=$1; fi; }
for signal in HUP INT QUIT TERM; do trap "pass $signal" $signal; done
# A shell gives a child in the background no input, unless it is redirected.
"${@:3}" <&0 &
child=$!
# The shell would state in the log that a signal ended the child.
exec 2> /dev/null
[ ! "$early" ] || pass "$early"
while kill -0 $child; do wait $child; done
wait $child
