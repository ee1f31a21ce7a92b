"""Plants: 12 products."""

from functools import partial

from demo.content.products.writing import LIVING, count, product
from demo.content.values import Picture
from shop.catalogue.values import ReturnTerms

_write = partial(product, "plants", supplier="qingtan", storage=LIVING, days=None, terms=ReturnTerms.FRESH)

PRODUCTS = (
    _write(
        "shiliu-penjing",
        ("石榴盆景", "Pomegranate bonsai"),
        ("八年生老桩，当年能挂果。", "An eight-year-old trunk that fruits in its first year with you."),
        (
            "峄城人把石榴种进盆里，一棵桩子要养八年才成型。钟立春每年只出四百盆，配土、剪口、浇水的法子写成一张纸，随盆寄出。",
            "Yicheng people grow pomegranates in pots, and a trunk needs eight years to take shape. Zhong Lichun sends out four hundred a year, each with a sheet on soil, pruning and water.",
        ),
        village="青檀村",
        picture=Picture("1FAB4", "pot", figure="pomegranate_bonsai", tint="#4E6E8C"),
        households=16,
        share=(66, 20),
        sizes=(count("1 盆（高约 35cm）", "One (about 35 cm)", 1, "168", 70),),
    ),
    _write(
        "duorou-pinpan",
        ("多肉拼盆", "Mixed succulents"),
        ("五棵拼一盆，十天浇一回水。", "Five plants in one pot; water every ten days."),
        (
            "大棚里的多肉是村里六位腿脚不便的人照看的，操作台降到轮椅的高度。配色由她们自己定，一盆一个样。",
            "The succulents are tended by six people who cannot walk far, at benches lowered to wheelchair height. They choose the colours, and no two pots are alike.",
        ),
        village="青檀村",
        picture=Picture("1F335", "pot", figure="succulents", tint="#D9CDB8"),
        households=6,
        share=(64, 21),
        sizes=(count("1 盆", "One pot", 1, "32.80", 160), count("4 盆装", "Four pots", 4, "118", 60)),
    ),
    _write(
        "yueji-penzai",
        ("盆栽月季", "Potted roses"),
        ("三年生带花苞，一年开四茬。", "Three-year plants in bud, flowering four times a year."),
        (
            "月季是嫁接苗，扦插、嫁接都在冬闲做。岭上村的妇女一天能接三百棵，成活了再补一半工钱，活得多挣得多。",
            "The roses are grafted in the quiet of winter. A woman of Lingshang grafts three hundred a day and is paid the second half of her wage for those that live.",
        ),
        village="岭上村",
        picture=Picture("1F339", "pot"),
        households=21,
        share=(62, 23),
        sizes=(
            count("1 盆", "One pot", 1, "29.80", 200),
            count("10 盆装（校园绿化）", "Ten, for school grounds", 10, "258", 40),
        ),
    ),
    _write(
        "pen-ju",
        ("盆菊", "Potted chrysanthemums"),
        ("独本大花，国庆前后盛开。", "Single large blooms, at their height around National Day."),
        (
            "菊花从四月扦插到十月出圃，要打七遍头、抹无数侧芽。麦港村的老花匠许长庚带着四个徒弟，每天傍晚才浇水。",
            "From cuttings in April to bloom in October each plant is pinched seven times. Old Xu Changgeng of Maigang and his four apprentices water only at dusk.",
        ),
        village="麦港村",
        picture=Picture("1F33C", "pot", figure="chrysanthemum", tint="#8A5A44"),
        households=9,
        share=(62, 23),
        sizes=(count("1 盆", "One pot", 1, "36", 120), count("20 盆装", "Twenty pots", 20, "598", 20)),
    ),
    _write(
        "wan-lian",
        ("碗莲种藕", "Bowl-lotus tubers"),
        ("三段种藕一份，清明前后种进碗里。", "Three tubers to a portion, to be planted around Qingming."),
        (
            "苇川的荷塘里选出的小型品种，碗口大的盆就能开花。种藕裹着湿苔藓寄，附一包塘泥，照着卡片上的日子加水。",
            "Small varieties chosen from Weichuan's ponds that flower in a bowl. Tubers travel in wet moss with a bag of pond mud and a card that says when to add water.",
        ),
        supplier="weichuan",
        village="菱塘村",
        picture=Picture("1FAB7", "pot", tint="#7FA7B5"),
        households=12,
        share=(64, 20),
        sizes=(count("3 段种藕", "Three tubers", 3, "25.80", 140),),
    ),
    _write(
        "fengxinzi",
        ("水培风信子", "Water-grown hyacinths"),
        ("种球带玻璃瓶，加水二十天见花。", "Bulb and glass; add water and flowers follow in twenty days."),
        (
            "种球在冷库里睡够十周才肯开花。小溪村小学的孩子们每年认养一百棵，写观察日记，开败的球还回苗圃复壮。",
            "The bulbs sleep ten weeks in the cold before they will bloom. Xiaoxi's primary school adopts a hundred each year for its nature diaries and returns the spent bulbs to the nursery.",
        ),
        village="小溪村",
        picture=Picture("1FABB", "pot", tint="#A9CBD6"),
        households=7,
        share=(58, 25),
        sizes=(
            count("1 球带瓶", "One with glass", 1, "19.80", 180),
            count("4 球带瓶", "Four with glasses", 4, "69", 70),
        ),
    ),
    _write(
        "yujinxiang-zhongqiu",
        ("郁金香种球", "Tulip bulbs"),
        (
            "复壮两年的种球，秋天下土春天开。",
            "Bulbs strengthened for two years; plant in autumn, flower in spring.",
        ),
        (
            "进口种球贵，青檀岭就自己繁。挖球、分级、晾晒要赶在六月雨前，这半个月全村老少都有活干，按筐记工。",
            "Imported bulbs are dear, so Qingtanling raises its own. Lifting, grading and drying must be done before the June rains, and for two weeks the whole village has work by the basket.",
        ),
        village="青檀村",
        picture=Picture(
            "1F337", "pot", tint="#B8604A", recolour=(("#f4aa41", "#EE6F86"), ("#e27022", "#C9435E"))
        ),
        households=18,
        terms=ReturnTerms.ONLY_UNOPENED,
        share=(60, 22),
        sizes=(
            count("10 球混色", "Ten, mixed", 10, "29.80", 160),
            count("50 球混色", "Fifty, mixed", 50, "128", 50),
        ),
    ),
    _write(
        "qingtan-miao",
        ("青檀树苗", "Wingceltis saplings"),
        (
            "石灰岩山上的乡土树，三年生带土球。",
            "A native of limestone hills, three years old, with root ball.",
        ),
        (
            "青檀皮能造纸，根能抓住石缝里的土。村里护林员从老树下捡种育苗，卖一棵，另外补种一棵到荒坡上。",
            "Its bark makes paper and its roots hold soil between rocks. The forest wardens raise it from seed gathered under the old trees, and for each one sold another is planted on the bare slope.",
        ),
        village="青檀村",
        picture=Picture("1F333", "pot", figure="elm_sapling", tint="#8A6F4E"),
        households=13,
        share=(63, 24),
        sizes=(
            count("1 棵（高约 1.2m）", "One (about 1.2 m)", 1, "38", 160),
            count("10 棵装", "Ten", 10, "328", 40),
        ),
    ),
    _write(
        "lvluo-diaopen",
        ("绿萝吊盆", "Hanging pothos"),
        ("不挑光，办公室、教室都好养。", "Undemanding of light; suits offices and classrooms."),
        (
            "绿萝扦插容易，是新学徒练手的活。长埝村的曹小莉先天听不见，如今管着两个棚，订单都在手机上和人谈。",
            "Pothos roots easily and is where new hands begin. Cao Xiaoli of Changnian was born deaf; she now runs two houses and settles her orders by phone message.",
        ),
        village="长埝村",
        picture=Picture("1F33F", "pot", figure="ivy", tint="#E9E4D8"),
        households=8,
        share=(61, 23),
        sizes=(
            count("1 盆", "One pot", 1, "22.80", 220),
            count("10 盆装（办公室）", "Ten, for offices", 10, "198", 60),
        ),
    ),
    _write(
        "caomei-miao",
        ("草莓盆栽苗", "Potted strawberry plants"),
        ("带花带果，阳台上能摘一春天。", "In flower and fruit; a spring of picking on the balcony."),
        (
            "荆湾暖棚换茬的时候，匍匐茎上的小苗一棵棵压进盆里。压苗是半天的活，接孩子放学前就能收工。",
            "When Jingwan's beds are renewed the runners are pinned one by one into pots: half a day's work, finished before school is out.",
        ),
        supplier="jingwan",
        village="荆湾村",
        picture=Picture("1F353", "pot", figure="strawberry_plant", tint="#C9584A"),
        households=6,
        share=(60, 24),
        sizes=(count("2 盆装", "Two pots", 2, "26.80", 140), count("6 盆装", "Six pots", 6, "72", 70)),
    ),
    _write(
        "bohe-penzai",
        ("薄荷盆栽", "Potted mint"),
        ("掐尖泡水，越掐越旺。", "Pinch the tips for tea; it grows the thicker for it."),
        (
            "渠边的野薄荷驯了三年，气味清，不发苦。盆是东窑烧的小粗陶盆，土是本地腐叶土，两个车间搭着卖。",
            "Wild mint from the canal bank, tamed over three years and free of bitterness. The pot is Dongyao stoneware and the soil local leaf-mould: two workshops in one parcel.",
        ),
        village="榴花村",
        picture=Picture("1F33F", "pot", tint="#B98A5E"),
        households=7,
        share=(60, 24),
        sizes=(count("1 盆", "One pot", 1, "16.80", 200), count("5 盆装", "Five pots", 5, "76", 60)),
    ),
    _write(
        "yangtai-caimiao",
        ("阳台菜苗六样", "Balcony vegetable seedlings"),
        (
            "西红柿、辣椒、茄子、黄瓜、豆角、生菜各两棵。",
            "Two each of tomato, pepper, aubergine, cucumber, bean and lettuce.",
        ),
        (
            "苗长到五片叶才发，裹着营养土，种下去一周就长新叶。说明书画成图，是村小美术老师带着孩子们画的。",
            "Sent at five leaves with their soil, they put out new growth in a week. The instructions are pictures, drawn by the village school's art class.",
        ),
        supplier="jingwan",
        village="水芹村",
        picture=Picture("1F331", "pot", figure="seedlings", tint="#8F9E6B"),
        households=10,
        share=(59, 25),
        sizes=(
            count("12 棵装", "Twelve seedlings", 12, "23.80", 160),
            count("48 棵（学校劳动课）", "48, for school gardens", 48, "86", 60),
        ),
    ),
)
