"""The heavy steps on the executors of a Spark cluster, over a data folder that all of them mount."""
