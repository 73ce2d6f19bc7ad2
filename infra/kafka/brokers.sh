# What up and down share: the folder of the brokers, and their processes. To be sourced.

# One folder a cluster; the default belongs to this user and this checkout.
kafka_folder() {
  local checkout
  checkout=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
  printf '%s' "${LAYERLINE_KAFKA_DIR:-${TMPDIR:-/tmp}/layerline-kafka-$(id -un)-$(printf '%s' "$checkout" | sha256sum | head -c 8)}"
}

# Held until the script ends: of two ups or downs on one folder the second waits. False if the folder was removed meanwhile.
lock_folder() {
  exec 8< "$1" || return 1
  flock 8
  [ "$1" -ef "/proc/self/fd/8" ]
}

# The process of broker N, and nothing if it is gone: an id may have been given to another program, and a zombie has no command line.
broker_pid() {
  local dir=$1 number=$2 pid
  pid=$(cat "$dir/broker-$number.pid" 2> /dev/null) || return 1
  tr '\0' '\n' 2> /dev/null < "/proc/$pid/cmdline" | grep -q -x -F -- "$dir/broker-$number.properties" || return 1
  printf '%s' "$pid"
}

broker_numbers() {
  local file
  for file in "$1"/broker-*.properties; do
    [[ $file =~ broker-([0-9]+)\.properties$ ]] && echo "${BASH_REMATCH[1]}"
  done
}

# stop_brokers DIR NUMBER...: all are asked at once, and killed if they are not gone in time: the last ones of a quorum
# wait in vain for a controller that lets them go.
stop_brokers() {
  local dir=$1 number pid deadline=$((SECONDS + 15))
  shift
  for number in "$@"; do
    if pid=$(broker_pid "$dir" "$number"); then kill "$pid" 2> /dev/null; fi
  done
  for number in "$@"; do
    while pid=$(broker_pid "$dir" "$number"); do
      if [ "$SECONDS" -ge "$deadline" ]; then kill -9 "$pid" 2> /dev/null; fi
      sleep 0.1
    done
    rm -f "$dir/broker-$number.pid"
  done
}
