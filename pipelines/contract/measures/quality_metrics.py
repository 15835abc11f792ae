"""The counts of files and days, such as the records that were read, accepted, rejected, duplicated or late.

They are declared as in `metrics.py`. Most are columns of `input_files`, `day_quality` and `outcome_daily`;
`records_moved` and `resource_package_remaining` are only metrics of the table `restatements`.
"""

from pipelines.common.text import Bilingual
from pipelines.contract.measures.measure import Measure

QUALITY = (
    Measure(
        name="records",
        label=Bilingual("记录数", "Records"),
        unit="records",
        meaning=Bilingual(
            "已接收并去重的记录数：页面上的数字都由它们得出。",
            "Accepted records, each id counted once a day. All figures of the pages are computed from them.",
        ),
        expression="records_accepted - duplicates",
        caveat=Bilingual(
            "一次登录有多个步骤，也就有多条记录。", "An attempt has several steps and therefore several records."
        ),
    ),
    Measure(
        name="records_moved",
        label=Bilingual("重新归类的记录数", "Records moved"),
        unit="records",
        meaning=Bilingual(
            "修订时数字未变、只在结果明细的行之间重新归类的记录数。",
            "Records that a restatement moved between rows of outcomes without changing a figure.",
        ),
        expression="half the sum of |change| over outcome_daily; 0: the rows of channel_detail_daily that changed",
        expression_zh="outcome_daily 各行变化绝对值之和的一半；为 0 时取 channel_detail_daily 变化的行数",
        caveat=Bilingual(
            "只有平台、方案、包名或运营商的明细变化时，为变化的明细行数。",
            "If only the split by platform, scheme, package or carrier changed, it is the number of changed rows of "
            "that table.",
        ),
    ),
    Measure(
        name="resource_package_remaining",
        label=Bilingual("资源包剩余量", "Remaining in a resource package"),
        unit="records",
        meaning=Bilingual(
            "某日结束时资源包剩余的可用次数。", "Uses that remained in a resource package at the end of a day."
        ),
        expression="opening + granted - used + adjusted - expired",
        is_balance=True,
        caveat=Bilingual(
            "修订时列出每个资源包首个变化的日期；渠道一栏为资源包。",
            "A restatement names the first changed day of each package, with the package as the channel.",
        ),
    ),
    Measure(
        name="records_read",
        label=Bilingual("读取记录数", "Records read"),
        unit="records",
        meaning=Bilingual("文件中读到的记录数。", "Records found in the files."),
        expression="accepted + rejected",
        caveat=Bilingual(
            "空行和来源筛除的行不是记录。", "Blank lines and lines that a source's filter skips are not records."
        ),
    ),
    Measure(
        name="accepted",
        label=Bilingual("接收", "Accepted"),
        unit="records",
        meaning=Bilingual("一个文件中符合规则的记录数。", "Records of a file that follow the rules."),
        expression="count(record without a reason)",
        expression_zh="count(没有拒绝原因的记录)",
        caveat=Bilingual("包括重复的记录。", "Copies are included."),
    ),
    Measure(
        name="rejected",
        label=Bilingual("拒收", "Rejected"),
        unit="records",
        meaning=Bilingual(
            "一个文件中违反必填字段规则的记录数，每条都有原因和位置。",
            "Records of a file that break a rule of a required field, each listed with its reason and place.",
        ),
        expression="count(record with a reason)",
        expression_zh="count(有拒绝原因的记录)",
    ),
    Measure(
        name="skipped",
        label=Bilingual("跳过", "Skipped"),
        unit="records",
        meaning=Bilingual(
            "来源的筛选条件排除的行数；它们不是记录。", "Lines that a source's filter skips. They are not records."
        ),
        expression="count(line that the where of its source does not keep)",
        expression_zh="count(来源的 where 未取的行)",
    ),
    Measure(
        name="records_accepted",
        label=Bilingual("已接收记录", "Records accepted"),
        unit="records",
        meaning=Bilingual("一天中接收的记录数，包括重复的。", "Accepted records of a day, copies included."),
        expression="count(accepted record of the day)",
        expression_zh="count(当日接收的记录)",
    ),
    Measure(
        name="duplicates",
        label=Bilingual("重复", "Duplicates"),
        unit="records",
        meaning=Bilingual(
            "同一天内 ID 已出现过的记录数，不计入任何数字。",
            "Records whose id came before on the same day. They count in no figure.",
        ),
        expression="records_accepted - count distinct(event_id)",
        caveat=Bilingual(
            "同一文件以两个名字投递，第二份全部是重复。",
            "If a file arrives under two names, all records of the second copy are duplicates.",
        ),
    ),
    Measure(
        name="unmapped_codes",
        label=Bilingual("未映射的结果码", "Unmapped codes"),
        unit="records",
        meaning=Bilingual(
            "计入的记录中，只写了结果码、而字典没有适用于其步骤的行的记录数；按错误计。",
            "Counted records without an outcome whose result code the dictionary does not have for their step. They "
            "count as error.",
        ),
        expression="count(record with result_code, without outcome and without a row of the dictionary for its step)",
        expression_zh="count(有 result_code、没有 outcome 且字典中没有适用于其步骤的行的记录)",
        caveat=Bilingual(
            "过多会使成功率偏低：请补充字典。",
            "Many unmapped codes make a rate too low: add the codes to the dictionary.",
        ),
    ),
    Measure(
        name="unregistered_apps",
        label=Bilingual("未登记的应用", "Unregistered apps"),
        unit="apps",
        meaning=Bilingual(
            "有日志但不在登记表中的应用数；照常计入。",
            "Apps that log but are not in the registry. Their records count like all others.",
        ),
        expression="count distinct(app_key not in registry/apps.csv)",
        expression_zh="count distinct(不在 registry/apps.csv 中的 app_key)",
        caveat=Bilingual("各日之间不能相加。", "Never add it over days."),
    ),
    Measure(
        name="late_records",
        label=Bilingual("迟到记录", "Late records"),
        unit="records",
        meaning=Bilingual(
            "一天封账之后才到的记录数；除重复的以外照常计入，该日据此修订。",
            "Records that arrived after their day was closed. Except copies, they count, and the day is restated.",
        ),
        expression="count(record read after its day was closed, unless its path had delivered it in time)",
        expression_zh="count(封账之后才读到、且其路径未曾按时给出的记录)",
        caveat=Bilingual("包括重复的记录。", "Copies are included."),
    ),
)
