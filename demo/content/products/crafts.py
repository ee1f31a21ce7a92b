"""Crafts: 12 products."""

from functools import partial

from demo.content.products.writing import ROOM, count, product
from demo.content.values import Picture
from shop.catalogue.values import ReturnTerms

_write = partial(product, "crafts", days=None)

DRY = ("干燥处存放，避免暴晒", "Keep dry and out of strong sun")
CLAY = ("轻拿轻放，可水洗，不进微波炉", "Handle gently; washable; not for the microwave")

PRODUCTS = (
    _write(
        "liubian-guolan",
        ("柳编果篮", "Willow fruit basket"),
        ("提梁和篮身一根筋编到底。", "Handle and body woven through on the same ribs."),
        (
            "田秀芝编了三十五年，闭着眼能起底。她教徒弟不先教花样，先教选条：粗细不匀的条子，编得再好也站不稳。",
            "Tian Xiuzhi has woven for thirty-five years and can start a base with her eyes shut. She teaches her apprentices to choose rods before patterns: uneven rods never stand straight.",
        ),
        supplier="zhiliu",
        village="织柳村",
        picture=Picture("1F34E", "basket"),
        storage=DRY,
        households=26,
        share=(65, 17),
        sizes=(
            count("1 只", "One", 1, "56", 140),
            count("3 只套装（大中小）", "Nest of three", 3, "148", 60),
        ),
    ),
    _write(
        "liubian-denglong",
        ("柳编灯笼", "Willow lantern"),
        ("细柳条扎骨，内衬宣纸，配暖光灯。", "Fine willow ribs lined with paper, with a warm lamp."),
        (
            "灯笼的样子是返乡的设计专业学生田雨和奶奶一起定的，奶奶编骨，她糊纸。过年时村口挂起一百盏，编的人各认各的。",
            "Tian Yu, back from design school, drew it with her grandmother, who weaves the ribs while she pastes the paper. At New Year a hundred hang at the village gate and every maker knows her own.",
        ),
        supplier="zhiliu",
        village="织柳村",
        picture=Picture("1F3EE", "hung", figure="willow_lantern"),
        storage=DRY,
        households=10,
        share=(62, 18),
        sizes=(count("1 盏", "One", 1, "88", 80), count("2 盏礼盒", "Gift box of two", 2, "168", 40)),
    ),
    _write(
        "heitao-chaju",
        ("黑陶茶具", "Black pottery tea set"),
        ("一壶四杯，素面无釉，越用越亮。", "A pot and four cups, unglazed, brighter with use."),
        (
            "黑陶的黑是烟熏进去的，不是上的色。封窑的时机要紧，早一步发灰，晚一步发脆，徒弟们跟着窦青山学了两年才敢封。",
            "The black is smoke, not glaze. Dou Qingshan watches for the moment to seal the kiln: too soon is grey, too late is brittle. It took his apprentices two years to dare.",
        ),
        supplier="dongyao",
        village="东窑村",
        picture=Picture("1FAD6", "cloth", figure="tea_set", tint="#C9B38A"),
        storage=CLAY,
        households=11,
        share=(63, 19),
        sizes=(count("1 套（壶 + 4 杯）", "One set (pot and four cups)", 1, "198", 50),),
    ),
    _write(
        "heitao-huaping",
        ("黑陶刻花瓶", "Carved black pottery vase"),
        ("泥坯半干时刻水波纹，一气刻完。", "Waves cut into the leather-hard clay in one breath."),
        (
            "刻花的冯小满十九岁，说话不利索，手却稳。他刻的是运河的水，一圈不断，断了就揉掉重来。",
            "Feng Xiaoman, nineteen, finds speech hard but has a steady hand. He cuts the water of the canal in one unbroken ring; if it breaks, the clay goes back to the heap.",
        ),
        supplier="dongyao",
        village="东窑村",
        picture=Picture("1F3FA", "one", figure="vase", second="1F33E"),
        storage=CLAY,
        households=11,
        terms=ReturnTerms.FLAWED,
        said=(
            "瓶底有一处指甲大的烟灰斑，不影响盛水。",
            "A grey smoke mark the size of a fingernail on its base; it holds water all the same.",
        ),
        share=(63, 19),
        sizes=(count("1 只（高 22cm）", "One (22 cm)", 1, "128", 60),),
    ),
    _write(
        "jianzhi-chuanghua",
        ("手工剪纸窗花", "Paper-cut window flowers"),
        ("一把剪刀、一张红纸，不描样。", "One pair of scissors, one red sheet, no tracing."),
        (
            "上溪村的剪纸是婆婆传媳妇。十二张一套，石榴、长红枣、莲藕、谷穗……剪的都是本地的收成。",
            "In Shangxi the craft passes from mother-in-law to daughter-in-law. A set of twelve shows the local harvest: pomegranate, long date, lotus, millet.",
        ),
        supplier="dongyao",
        village="上溪村",
        picture=Picture("2702", "framed", figure="paper_cut", tint="#8A5A3A"),
        storage=("平放防潮", "Keep flat and dry"),
        households=13,
        share=(68, 14),
        sizes=(
            count("12 张一套", "Set of twelve", 12, "46", 160),
            count("1 幅装框", "One, framed", 1, "98", 50),
        ),
    ),
    _write(
        "bu-laohu",
        ("布老虎", "Cloth tiger"),
        (
            "老粗布缝，荞麦皮填，眼睛一针一针绣。",
            "Hand-loom cloth, buckwheat filling, eyes embroidered stitch by stitch.",
        ),
        (
            "鲁南人家孩子满月要送布老虎。石桥头村的周奶奶缝了一辈子，她的老虎笑着，说小孩子夜里看见不怕。",
            "In southern Shandong a baby gets a cloth tiger at one month. Grandmother Zhou of Shiqiaotou has sewn them all her life, and hers smile, so that children who wake at night are not afraid.",
        ),
        supplier="zhiliu",
        village="石桥头村",
        picture=Picture("1F42F", "one", figure="cloth_tiger"),
        storage=DRY,
        households=15,
        share=(67, 14),
        sizes=(
            count("1 只（长 20cm）", "One (20 cm)", 1, "68", 120),
            count("1 对礼盒", "A pair, boxed", 2, "132", 60),
        ),
    ),
    _write(
        "zhongguo-jie",
        ("手编中国结", "Hand-tied Chinese knot"),
        ("一根红绳到底，盘、绕、抽、修。", "One red cord, laid, wound, drawn and trimmed."),
        (
            "编结不占地方，口袋里揣一团绳就能做。瓦匠营村二十几位陪读的母亲，等孩子放学的时候编，一个月多挣七八百。",
            "It takes no room: a ball of cord in the pocket is enough. Some twenty mothers of Wajiangying tie knots while they wait for school to end and earn several hundred yuan a month.",
        ),
        supplier="dongyao",
        village="瓦匠营村",
        picture=Picture("1FAA2", "hung", figure="chinese_knot"),
        storage=ROOM,
        households=22,
        share=(64, 15),
        sizes=(count("1 个（长 45cm）", "One (45 cm)", 1, "39", 200), count("10 个装", "Ten", 10, "358", 40)),
    ),
    _write(
        "maigan-shan",
        ("麦秆画折扇", "Straw-inlay folding fan"),
        ("麦秆熨平剪贴，花鸟不用颜料。", "Flowers and birds cut from ironed straw, without paint."),
        (
            "麦收后挑直秆，熏、蒸、剖、熨，四遍才能下剪。麦场村冬天没有活，如今一屋子人围着炭盆剪麦秆，屋里亮到九点。",
            "Straight straws are picked after harvest, smoked, steamed, split and ironed. Maichang had no winter work; now a roomful cuts straw round the brazier until nine at night.",
        ),
        supplier="zhiliu",
        village="麦场村",
        picture=Picture("1FAAD", "one", recolour=(("#d22f27", "#C99A35"), ("#ea5a47", "#EAC665"))),
        storage=DRY,
        households=17,
        share=(66, 14),
        sizes=(count("1 把盒装", "One, boxed", 1, "58", 110),),
    ),
    _write(
        "hudie-fengzheng",
        ("蝴蝶风筝", "Butterfly kite"),
        ("竹骨绢面，手绘蝴蝶，三级风能起。", "Bamboo and silk, hand-painted; flies in a light breeze."),
        (
            "船闸村的孙师傅年轻时在运河上撑船，看风看了一辈子。劈竹、扎骨、糊绢、画彩，一只风筝做三天，做好先上河堤试飞。",
            "Master Sun of Chuanzha poled boats on the canal and has watched the wind all his life. Split, tied, covered and painted, a kite takes three days and is flown from the dyke before it is sold.",
        ),
        supplier="zhiliu",
        village="船闸村",
        picture=Picture("1FA81", "hung", figure="kite"),
        storage=DRY,
        households=8,
        share=(64, 17),
        sizes=(count("1 只（宽 80cm）", "One (80 cm wide)", 1, "78", 90),),
    ),
    _write(
        "luban-suo",
        ("鲁班锁", "Luban interlocking puzzle"),
        ("枣木榫卯，六根互锁，不用一颗钉。", "Six date-wood bars locked by joints, without a nail."),
        (
            "木坊村人人会几样榫卯。这套锁由简到难六只，是给村小劳动课做的教具，老师们用着好，才拿出来卖。",
            "Everybody in Mufang knows a few joints. This set of six, easy to hard, was made for the village school's craft lesson and sold only after the teachers asked for more.",
        ),
        supplier="dongyao",
        village="木坊村",
        picture=Picture("1F9E9", "one", figure="luban_lock"),
        storage=("干燥处存放", "Keep dry"),
        households=9,
        share=(63, 16),
        sizes=(count("1 只", "One", 1, "28", 180), count("6 只一套", "Set of six", 6, "148", 70)),
    ),
    _write(
        "wei-caomao",
        ("苇编草帽", "Woven reed hat"),
        ("宽檐透气，下地赶集都戴得。", "Wide and airy, for the field or the fair."),
        (
            "苇荡村的苇子冬天割，泡软碾平才能编。编帽的多是男人，下雨不出工的日子，屋檐下坐成一排。",
            "The reeds of Weidang are cut in winter, soaked and rolled flat. Mostly it is the men who weave the hats, sitting in a row under the eaves on rainy days.",
        ),
        supplier="zhiliu",
        village="苇荡村",
        picture=Picture("1F452", "one", figure="straw_hat"),
        storage=DRY,
        households=20,
        terms=ReturnTerms.FLAWED,
        said=(
            "帽檐有几根深色苇条，颜色不匀。",
            "A few dark reeds in the brim: the colour is uneven.",
        ),
        share=(65, 16),
        sizes=(count("1 顶", "One", 1, "32", 180), count("10 顶装", "Ten", 10, "286", 50)),
    ),
    _write(
        "cixiu-xiangnang",
        ("刺绣香囊", "Embroidered sachet"),
        (
            "真丝面，艾叶、薄荷打底，绣上您在备注里写的名字。",
            "Silk outside, mugwort and mint within, embroidered with the name that you write in the note.",
        ),
        (
            "蚕姑村出丝，岭上村出艾，绣花的是两个村的姑娘和奶奶。端午前一个月忙不过来，学校的老师也来帮着穿流苏。",
            "Silk from Cangu, mugwort from Lingshang, embroidery by the girls and grandmothers of both. In the month before Dragon Boat even the schoolteachers come to thread tassels.",
        ),
        supplier="zhiliu",
        village="蚕姑村",
        picture=Picture("1FAA1", "hung", figure="sachet"),
        storage=("避潮，香味约三个月", "Keep dry; the scent lasts about three months"),
        households=18,
        terms=ReturnTerms.MADE_TO_ORDER,
        share=(66, 14),
        sizes=(count("1 只", "One", 1, "26", 220), count("5 只礼盒", "Gift box of five", 5, "118", 70)),
    ),
)
