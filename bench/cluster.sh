#!/bin/sh
# A Spark cluster on this machine, as an example and to measure with: a master and two workers of one core, on loopback.
#     sh bench/cluster.sh start|stop
# Each machine of a real cluster mounts the data folder under the same path; here it is the same folder anyway.
set -eu
cd "$(dirname "$0")/.."
python=$PWD/.venv/bin/python
state=${AUTHMETER_CLUSTER_DIR:-$PWD/bench/.cache/cluster}
port=7077
seconds=120

fail() { echo "$1" >&2 && exit 1; }

# The processes of the cluster that run. A number may be another process's by now.
running() {
    for file in "$state"/*.pid; do
        if [ -e "$file" ] && ps -p "$(cat "$file")" -o args= | grep -q spark.deploy; then cat "$file"; fi
    done
}

# Starts one in the background; the first word names its files.
launch() {
    name=$1
    shift
    "$spark/bin/spark-class" "$@" >"$state/$name.log" 2>&1 &
    echo $! >"$state/$name.pid"
}

start() {
    spark=$("$python" -c 'import os, pyspark; print(os.path.dirname(pyspark.__file__))' 2>/dev/null) ||
        fail "PySpark is not installed: make spark"
    mkdir -p "$state"
    [ -z "$(running)" ] || fail "A cluster is there already; to end it: sh bench/cluster.sh stop"
    export SPARK_LOCAL_IP=127.0.0.1 PYSPARK_PYTHON="$python" PYTHONPATH="$PWD"
    launch master org.apache.spark.deploy.master.Master --host 127.0.0.1 --port $port --webui-port 0
    for number in 1 2; do
        launch worker$number org.apache.spark.deploy.worker.Worker --host 127.0.0.1 --cores 1 --memory 2g \
            --webui-port 0 --work-dir "$state/worker$number" "spark://127.0.0.1:$port"
    done
    until [ "$(grep -c 'Registering worker' "$state/master.log")" = 2 ]; do
        seconds=$((seconds - 1))
        if [ $seconds = 0 ] || [ "$(running | wc -l)" -lt 3 ]; then
            stop
            fail "The cluster did not come up. What it said is in $state/*.log."
        fi
        sleep 1
    done
    cat <<END
The cluster is up. A data folder of its own with three days of sample logs, and a run over it:

cd '$PWD'
mkdir -p data/cluster
cat >data/cluster/authmeter.toml <<'TOML'
[engine]
name = "spark"
master = "spark://127.0.0.1:$port"

[engine.spark]
spark.pyspark.python = "$python"
spark.executor.memory = "1g"
TOML
.venv/bin/authmeter sample --data data/cluster --out data/cluster --days 3
.venv/bin/authmeter run --data data/cluster

The report is then in data/cluster/site/index.html. To end the cluster: sh bench/cluster.sh stop
END
}

stop() {
    for process in $(running); do kill "$process" 2>/dev/null || true; done
    while [ -n "$(running)" ]; do sleep 1; done
    rm -f "$state"/*.pid
}

case ${1:-} in
start) start ;;
stop) stop ;;
*) echo "sh bench/cluster.sh start|stop" >&2 && exit 2 ;;
esac
