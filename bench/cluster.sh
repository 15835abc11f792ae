#!/bin/sh
# A Spark cluster on this machine, as an example and to measure with: a master and two workers of one core, on loopback.
#     sh bench/cluster.sh start|stop
# Each machine of a real cluster mounts the data folder under the same path; here it is the same folder anyway.
set -eu
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
spark=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))')
state=${AUTHMETER_CLUSTER_DIR:-$PWD/bench/.cache/cluster}
port=7077

class() { exec "$spark/bin/spark-class" "$@"; }

start() {
    mkdir -p "$state"
    export SPARK_LOCAL_IP=127.0.0.1 SPARK_NO_DAEMONIZE=1 PYSPARK_PYTHON="$python" PYTHONPATH="$PWD"
    (class org.apache.spark.deploy.master.Master --host 127.0.0.1 --port $port --webui-port 0) >"$state/master.log" 2>&1 &
    echo $! >"$state/master.pid"
    for number in 1 2; do
        (class org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --cores 1 --memory 2g --webui-port 0 \
            --work-dir "$state/worker$number" "spark://127.0.0.1:$port") >"$state/worker$number.log" 2>&1 &
        echo $! >"$state/worker$number.pid"
    done
    for _ in $(seq 60); do
        [ "$(grep -c 'Registering worker' "$state/master.log" 2>/dev/null)" = 2 ] && break
        sleep 1
    done
    cat <<END
The cluster is up. In authmeter.toml of the data folder:

[engine]
name = "spark"
master = "spark://127.0.0.1:$port"

[engine.spark]
spark.pyspark.python = "$python"
spark.executor.memory = "1g"
END
}

stop() {
    for file in "$state"/*.pid; do
        [ -e "$file" ] || continue
        kill "$(cat "$file")" 2>/dev/null || true
        rm "$file"
    done
}

case ${1:-} in
start) start ;;
stop) stop ;;
*) echo "sh bench/cluster.sh start|stop" >&2 && exit 2 ;;
esac
