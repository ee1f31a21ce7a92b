"""Products on their way to a certificate; but for the one that has it, none is in the catalogue's modules."""

from functools import partial

from demo.content.products import grain_oil
from demo.content.products.writing import COOL_DRY, DARK, product, weight
from demo.content.values import Picture, Product

_write = partial(product, "grain_oil", supplier="daochuan", village="稻川村", households=0, share=(67, 16))

#: Passed every stage a while ago: one of the catalogue's own.
CERTIFIED: Product = next(found for found in grain_oil.PRODUCTS if found.slug == "jiachang-xiaomaifen")

#: With the township, with the sector office (over its time), with the county.
SUBMITTED: Product = _write(
    "daochuan-daohuaxiang",
    ("稻川稻花香米", "Daochuan fragrant rice"),
    ("晚熟香米，出锅满屋香。", "A late, fragrant rice."),
    (
        "这片稻种在运河故道边上，生长期比普通粳稻多二十天，亩产低一些，米香足一些。",
        "It grows along the old canal bed and takes twenty days longer than common rice: less from each field, and more fragrant.",
    ),
    picture=Picture("1F35A", "sack", tint="#2E6B4F"),
    storage=COOL_DRY,
    days=240,
    sizes=(weight("5kg 布袋", "5 kg cloth bag", 5000, "59.80", 180),),
)
AT_SECTOR: Product = _write(
    "daochuan-yumishen",
    ("稻川石磨玉米糁", "Daochuan stone-ground maize grits"),
    ("粗细两种，熬粥贴饼都行。", "Coarse and fine, for porridge and griddle cakes."),
    (
        "稻田边的旱坡种玉米，秋后晒透再上石磨。磨得慢，不烫手，玉米皮另外筛出来喂鸡。",
        "Maize from the dry slopes above the paddies, dried in autumn and ground slowly under stone; the bran feeds the hens.",
    ),
    picture=Picture("1F33D", "heap", tint="#E3B341"),
    storage=COOL_DRY,
    days=180,
    sizes=(weight("2kg 纸袋", "2 kg paper bag", 2000, "16.80", 150),),
)
AT_COUNTY: Product = _write(
    "daochuan-maixinfen",
    ("稻川麦芯粉", "Daochuan wheat-heart flour"),
    ("包饺子、擀面条的细粉。", "Fine flour for dumplings and noodles."),
    (
        "稻麦轮作，冬天地里是麦子。只取麦芯磨粉，不加增白剂，面色微黄。",
        "Rice and wheat take turns here. Only the heart of the grain is milled, nothing is bleached, and the flour is faintly yellow.",
    ),
    picture=Picture("1F33E", "pouch", tint="#EFE3C4"),
    storage=COOL_DRY,
    days=180,
    sizes=(weight("5kg 布袋", "5 kg cloth bag", 5000, "38", 200),),
)

#: Before the public, with an objection that waits.
BEFORE_THE_PUBLIC: Product = _write(
    "daochuan-daomiyou",
    ("稻川稻米油", "Daochuan rice bran oil"),
    ("米糠低温压榨，炒菜烟少。", "Cold-pressed from rice bran; smokes little in the pan."),
    (
        "碾米剩下的新鲜米糠，六小时内进榨房。过去米糠论麻袋贱卖，现在榨成油，合作社按户分红。",
        "Fresh bran goes to the press within six hours. It used to be sold cheaply by the sack; now it becomes oil, and the members share what it earns.",
    ),
    picture=Picture("1FAD2", "bottle", tint="#D8A93A"),
    storage=DARK,
    days=540,
    sizes=(weight("1.8L 桶装", "1.8 L bottle", 1650, "49.80", 160),),
)

#: Was not passed, with a reason.
REFUSED: Product = _write(
    "daochuan-fentiao",
    ("稻川红薯粉条", "Daochuan sweet potato noodles"),
    ("手工漏粉，久煮不断。", "Hand-drawn noodles that hold together."),
    (
        "冬闲时请老师傅漏粉，冻一夜、晒三天。薯粉一部分来自邻县。",
        "Drawn by hand in the idle months, frozen for a night and dried for three days. Part of the starch comes from the next county.",
    ),
    picture=Picture("1F360", "basket", tint="#B98B5E"),
    storage=COOL_DRY,
    days=365,
    sizes=(weight("1kg 捆装", "1 kg bundle", 1000, "22.80", 120),),
)

#: Is being prepared: the households have not answered yet.
DRAFT: Product = product(
    "grain_oil",
    "qinglian-lvdoumian",
    ("青莲绿豆面", "Qinglian mung bean flour"),
    ("石磨绿豆面，擀杂面条用。", "Stone-ground mung bean flour for noodles."),
    (
        "山地绿豆，随熟随摘，一季要摘四五遍。合作社按订单收，比集上每斤高三毛。",
        "Hill beans ripen one by one and are picked four or five times. The cooperative buys them to order, above the market's price.",
    ),
    supplier="qinglian",
    village="青莲村",
    picture=Picture("1F331", "bowl", tint="#9DB35A"),
    storage=COOL_DRY,
    days=180,
    households=0,
    share=(66, 17),
    sizes=(weight("1kg 布袋", "1 kg cloth bag", 1000, "15.80", 120),),
)

APPLICANTS: tuple[Product, ...] = (
    CERTIFIED,
    SUBMITTED,
    AT_SECTOR,
    AT_COUNTY,
    BEFORE_THE_PUBLIC,
    REFUSED,
    DRAFT,
)
