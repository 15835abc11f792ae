"""The bare job in PySpark on two local cores."""

from job import TEXT_FIELDS, ZONE, answer, files
from pyspark.sql import SparkSession
from pyspark.sql import functions as f
from pyspark.sql.types import LongType, StringType, StructField, StructType, TimestampType

schema = StructType(
    [StructField(name, StringType()) for name in TEXT_FIELDS]
    + [StructField("event_time", TimestampType()), StructField("latency_ms", LongType())]
)
spark = (
    SparkSession.builder.master("local[2]")
    .config("spark.driver.memory", "6g")
    .config("spark.driver.host", "127.0.0.1")
    .config("spark.driver.bindAddress", "127.0.0.1")
    .config("spark.ui.enabled", "false")
    .config("spark.ui.showConsoleProgress", "false")
    .config("spark.sql.session.timeZone", ZONE)
    .config("spark.sql.shuffle.partitions", "4")
    .getOrCreate()
)
spark.sparkContext.setLogLevel("ERROR")
rows = (
    spark.read.schema(schema)
    .json(files())
    .groupBy(f.to_date("event_time").alias("business_day"), "app_key", "channel")
    .agg(
        f.count("*").alias("records"),
        f.count_if(f.col("outcome") == "success").alias("successes"),
        f.countDistinct("device_id").alias("devices"),
    )
    .collect()
)
answer(len(rows), sum(row[3] for row in rows), sum(row[4] for row in rows), sum(row[5] for row in rows))
spark.stop()
