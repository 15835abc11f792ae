"""The engine that runs on the executors of a Spark cluster, which all mount the data folder."""
