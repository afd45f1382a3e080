# First process of the namespaces. Prepares their file system, then ends what forks without end, until its standard input
# closes. Arguments: number of processes that are too many, then actions, each with its path and where that is on the
# machine (planMounts).
set -eu
most=$1; shift
# The machine's file system, until it moves: every machine has the folder.
old=/tmp
mount --rbind / "$old"

# A container may lack each of these programs. Perl comes with Git; it calls SIOCSIFFLAGS with IFF_UP.
ip link set lo up 2> /dev/null || ifconfig lo up 2> /dev/null || perl -MSocket -e '
  $flags = pack("a16 s x22", "lo", 1); socket(S, AF_INET, SOCK_DGRAM, 0);
  ioctl(S, 0x8914, $flags) or die "cannot use the loopback interface: $!\n"'

mount -t tmpfs -o mode=755 tmpfs /dev
for name in null zero full random urandom tty; do
  : > /dev/$name; mount --bind "$old/dev/$name" /dev/$name
done
mkdir /dev/shm /dev/pts /dev/machine
ln -s /proc/self/fd /dev/fd; ln -s fd/0 /dev/stdin; ln -s fd/1 /dev/stdout; ln -s fd/2 /dev/stderr
mount -t tmpfs -o mode=1777 tmpfs /dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts /dev/pts && ln -s pts/ptmx /dev/ptmx
mount --move "$old" /dev/machine

writable=" /proc /dev/shm /dev/pts "
while [ $# -gt 0 ]; do
  action=$1 path=$2 from=/dev/machine$3; shift 3
  case $action in
    hide) mount -t tmpfs -o mode=755 tmpfs "$path" ;;
    mask) [ ! -S "$path" ] || mount --bind /dev/null "$path" ;;
    *)
      if [ -d "$from" ]; then mkdir -p "$path"; else mkdir -p "${path%/*}"; [ -e "$path" ] || : > "$path"; fi
      mount --rbind "$from" "$path"
      [ $action = show ] || writable="$writable$path " ;;
  esac
done

mount -t proc proc /proc
# Root could change the kernel's settings there.
for path in bus fs irq sys sysrq-trigger; do
  [ ! -e /proc/$path ] || mount --bind /proc/$path /proc/$path
done
umount -l /dev/machine; rmdir /dev/machine
while read -r _ _ _ _ path options _; do
  printf -v path %b "$path"
  case $writable in *" $path "*) continue ;; esac
  # A path that another mount covers cannot be changed, nor reached.
  mount -o "remount,bind,$options,ro" "$path" 2> /dev/null || [ ! -w "$path" ] || echo "writable $path"
done < /proc/self/mountinfo
echo ready
cd /

while read -r -t 0.5 _ || [ $? -gt 128 ]; do
  set -- /proc/[0-9]*
  [ $# -le "$most" ] || { echo "ended $#"; kill -KILL -1; }
done
