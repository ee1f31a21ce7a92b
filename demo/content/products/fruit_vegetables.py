"""Fruit and vegetables: 28 products."""

from functools import partial

from demo.content.products.writing import AIRY, CHILLED, CRISPER, product, weight
from demo.content.values import Picture
from shop.catalogue.values import ReturnTerms

_write = partial(product, "fruit_vegetables", terms=ReturnTerms.FRESH)

PRODUCTS = (
    _write(
        "hongfushi-pingguo",
        ("云峪红富士苹果", "Yunyu Red Fuji apples"),
        (
            "坡地红富士，摘袋后晒足十五天再下树。",
            "Hill-grown Red Fuji, left fifteen days in the sun after the bags come off.",
        ),
        (
            "云峪的果园挂在半山，昼夜温差大，果子长得慢。孙茂果领着社员给每个苹果套袋、摘袋、转果，一棵树要上手十几遍。"
            "八十毫米以上的装箱，小的留给村里做脆片。",
            "Yunyu's orchards hang halfway up the hill, where cold nights make the fruit grow slowly. Sun Maoguo and the members "
            "bag, unbag and turn every apple, a dozen handlings to a tree. Fruit over 80 mm is boxed; the rest becomes crisps.",
        ),
        supplier="yunyu",
        village="云峪村",
        picture=Picture("1F34E", "crate"),
        storage=CRISPER,
        days=60,
        households=34,
        share=(64, 20),
        sizes=(
            weight("2.5kg 尝鲜箱", "2.5 kg tasting box", 2500, "32.80", 420),
            weight("5kg 家庭箱", "5 kg family box", 5000, "58", 360),
            weight("15kg 食堂筐", "15 kg canteen crate", 15000, "126", 140),
        ),
    ),
    _write(
        "huangyuanshuai-pingguo",
        ("泉头黄元帅苹果", "Quantou Golden Delicious apples"),
        (
            "果皮金黄，口感面甜，老人孩子都咬得动。",
            "Golden skin and a soft, sweet bite that suits old and young teeth.",
        ),
        (
            "泉头村口的老苹果园是八十年代各家凑钱栽下的，如今由九户老人看护。树老了结果少，但是味道还和从前一样，面，香。",
            "The old orchard at the mouth of Quantou was planted by all families together in the 1980s and is kept by nine elderly families. "
            "Old trees bear less, but the apples taste as they did then: mellow and fragrant.",
        ),
        supplier="yunyu",
        village="泉头村",
        picture=Picture("1F34E", "trio", recolour=(("#ea5a47", "#F4D35A"), ("#d22f27", "#DDB13A"))),
        storage=CRISPER,
        days=30,
        households=9,
        share=(66, 19),
        sizes=(
            weight("2.5kg 箱装", "2.5 kg box", 2500, "29.80", 160),
            weight("5kg 箱装", "5 kg box", 5000, "54", 120),
        ),
    ),
    _write(
        "shuimitao",
        ("岩泉水蜜桃", "Yanquan honey peaches"),
        ("树上长到八分熟才摘，当天装箱发走。", "Picked four-fifths ripe and boxed the same day."),
        (
            "岩泉村靠一眼泉水浇园，桃子水分足。高秀英家四口人，三亩桃树是主要的进项；村里组织了采摘队，谁家桃熟先帮谁家摘。",
            "A single spring waters Yanquan's orchards and fills its peaches. For Gao Xiuying's family of four, half an acre of trees is "
            "most of the income; a picking team goes first to whoever's fruit is ready.",
        ),
        supplier="yunyu",
        village="岩泉村",
        picture=Picture("1F351", "basket"),
        storage=(
            "常温放软后即食，冷藏不超过五天",
            "Let soften at room temperature; chill no longer than five days",
        ),
        days=7,
        households=22,
        share=(62, 24),
        sizes=(
            weight("12 只礼箱（约 3kg）", "Box of 12 (about 3 kg)", 3000, "56", 150),
            weight("5kg 泡沫箱", "5 kg insulated box", 5000, "78", 120),
        ),
    ),
    _write(
        "dayingtao",
        ("樱桃坪大樱桃", "Yingtaoping cherries"),
        ("露地栽培，五月中旬起分三批采。", "Grown in the open and picked in three rounds from mid May."),
        (
            "樱桃坪的樱桃红得比大棚里的晚，甜得也实在。采摘要赶在日头出来之前，魏桂兰和邻居们打着头灯上树，九点前送到冷库。",
            "Yingtaoping's cherries redden later than those under plastic and are the sweeter for it. Wei Guilan and her neighbours pick by "
            "head-lamp before sunrise and reach the cold store by nine.",
        ),
        supplier="yunyu",
        village="樱桃坪村",
        picture=Picture("1F352", "dish"),
        storage=CHILLED,
        days=5,
        households=27,
        share=(60, 26),
        sizes=(
            weight("1kg 盒装", "1 kg punnet", 1000, "49", 90),
            weight("2.5kg 冷链箱", "2.5 kg chilled box", 2500, "109", 80),
        ),
    ),
    _write(
        "ruanzi-shiliu",
        ("石榴坡软籽石榴", "Shiliupo soft-seed pomegranates"),
        ("籽软汁多，连籽嚼着吃也不费牙。", "Juicy, with seeds soft enough to chew."),
        (
            "石榴坡家家门前有石榴树。公司和农户签了保底价，霜降前后按个头过秤收购，裂了口的也收，拿去榨汁。"
            "褚大爷八十一了，还记得哪棵树是哪年嫁接的。",
            "Every door in Shiliupo has its pomegranate tree. The company weighs the fruit at a floor price around first frost and takes "
            "the split ones too, for juice. Old Mr Chu, at 81, still knows the year each tree was grafted.",
        ),
        supplier="liuxi",
        village="石榴坡村",
        picture=Picture("1F534", "trio", figure="pomegranate"),
        storage=CRISPER,
        days=45,
        households=38,
        share=(63, 21),
        sizes=(
            weight("6 枚装（约 2kg）", "Box of 6 (about 2 kg)", 2000, "39.80", 260),
            weight("5kg 箱装", "5 kg box", 5000, "86", 180),
        ),
    ),
    _write(
        "jufeng-putao",
        ("小溪村巨峰葡萄", "Xiaoxi Kyoho grapes"),
        (
            "疏过果的巨峰，粒大皮薄有果香。",
            "Thinned Kyoho bunches: large berries, thin skins, real grape scent.",
        ),
        (
            "小溪村的葡萄架搭在溪两岸，一串只留五十粒，多的都剪掉。技术员每周来一趟，教大家看叶子辨缺什么肥。",
            "The trellises of Xiaoxi line both banks of the stream, and each bunch is thinned to fifty berries. An adviser comes every week to "
            "teach the growers to read the leaves.",
        ),
        supplier="liuxi",
        village="小溪村",
        picture=Picture("1F347", "one"),
        storage=CHILLED,
        days=7,
        households=16,
        share=(61, 25),
        sizes=(
            weight("2kg 手提箱", "2 kg carry box", 2000, "36", 130),
            weight("4kg 箱装", "4 kg box", 4000, "66", 90),
        ),
    ),
    _write(
        "shadi-xigua",
        ("长埝沙地西瓜", "Changnian sand-bed watermelon"),
        (
            "沙地种、豆饼喂，一切就裂口。",
            "Grown on sand, fed with bean cake, and cracks at the touch of a knife.",
        ),
        (
            "长埝村的河滩沙地种不了麦，却养西瓜。田大力不追膨大剂，一棵蔓只坐一个瓜，坐果那天插上日期牌，够三十五天才下。",
            "The river sand of Changnian will not bear wheat but suits melons. Tian Dali uses no swelling agent, lets each vine carry one melon, "
            "dates it with a tag and cuts it after thirty-five days.",
        ),
        supplier="liuxi",
        village="长埝村",
        picture=Picture("1F349", "cut"),
        storage=(
            "整瓜阴凉处存放，切开后覆膜冷藏当天吃完",
            "Keep whole in the shade; once cut, cover, chill and eat the same day",
        ),
        days=10,
        households=18,
        share=(58, 28),
        sizes=(
            weight("1 个装（约 5kg）", "One melon (about 5 kg)", 5000, "29.90", 200),
            weight("3 个装（约 15kg）", "Three melons (about 15 kg)", 15000, "79", 120),
        ),
    ),
    _write(
        "yangjiaomi-tiangua",
        ("麦港羊角蜜甜瓜", "Maigang goat-horn melon"),
        ("皮薄肉脆，凉水里浸一浸就能吃。", "Thin skin, crisp flesh; dip it in cold water and eat."),
        (
            "麦收前后，麦港的甜瓜棚先熟了。瓜农清早摘瓜带着蒂，蒂还绿着就装箱。村里三户残疾人家庭负责贴标和装箱，按箱计酬。",
            "Around the wheat harvest the melon tunnels of Maigang ripen. Fruit is cut at dawn with its stalk still green; three families with "
            "disabled members label and pack, paid by the box.",
        ),
        supplier="liuxi",
        village="麦港村",
        picture=Picture(
            "1F348", "pair", recolour=(("#f4aa41", "#CFE29A"), ("#e27022", "#8FB45A"), ("#b1cc33", "#DDEBB0"))
        ),
        storage=CRISPER,
        days=6,
        households=13,
        share=(60, 26),
        sizes=(
            weight("2.5kg 箱装", "2.5 kg box", 2500, "33.80", 110),
            weight("4.5kg 箱装", "4.5 kg box", 4500, "55", 90),
        ),
    ),
    _write(
        "nuanpeng-caomei",
        ("荆湾暖棚草莓", "Jingwan winter strawberries"),
        ("蜜蜂授粉，红到果蒂才摘。", "Pollinated by bees and picked red to the stalk."),
        (
            "六座暖棚是帮扶资金建的，租给六户人家种，租金归村集体，用来给孤寡老人送餐。棚里放着蜂箱，从蜂谷村借来的。",
            "Six greenhouses built with aid money are let to six families; the rent goes to the village and pays for meals for elders living alone. "
            "The hives inside are on loan from Fenggu.",
        ),
        supplier="jingwan",
        village="荆湾村",
        picture=Picture("1F353", "heap"),
        storage=CHILLED,
        days=3,
        households=6,
        share=(59, 27),
        sizes=(
            weight("500g 盒装", "500 g punnet", 500, "25.80", 80),
            weight("1.5kg 三盒装", "1.5 kg, three punnets", 1500, "69", 60),
        ),
    ),
    _write(
        "huangjin-li",
        ("翠微黄金梨", "Cuiwei golden pears"),
        ("果肉细，渣少，切开不容易发黑。", "Fine flesh, little grit, slow to brown once cut."),
        (
            "翠微村的梨园和松林隔一道沟，鸟多虫少。秋分后下梨，先在窖里放七天去生涩，再分级装箱。",
            "A gully separates Cuiwei's pear garden from the pines, so there are many birds and few pests. Picked after the equinox, the pears rest seven "
            "days in a cellar before grading.",
        ),
        supplier="yunyu",
        village="翠微村",
        picture=Picture("1F350", "trio", recolour=(("#b1cc33", "#EBCB5C"), ("#5c9e31", "#C99A35"))),
        storage=CRISPER,
        days=45,
        households=19,
        share=(63, 21),
        sizes=(
            weight("2.5kg 箱装", "2.5 kg box", 2500, "28.80", 180),
            weight("5kg 箱装", "5 kg box", 5000, "52", 160),
        ),
    ),
    _write(
        "huojing-shizi",
        ("松涧火晶柿子", "Songjian fire-crystal persimmons"),
        (
            "霜后下树，自然放软，揭皮就喝。",
            "Picked after frost and left to soften until you can drink them from the skin.",
        ),
        (
            "松涧村的柿树没人打药，也用不着打。霜一落，满沟都是红灯笼，上不了高枝的就留给鸟。合作社按筐收，先收老人家里的。",
            "Nobody sprays Songjian's persimmons, nor needs to. After the first frost the valley hangs with red lanterns, and the highest are left for "
            "the birds. The cooperative buys by the basket, from the elderly first.",
        ),
        supplier="yunyu",
        village="松涧村",
        picture=Picture(
            "1F345",
            "basket",
            recolour=(("#ea5a47", "#F08A2C"), ("#d22f27", "#D26A17"), ("#b1cc33", "#8FA04A")),
        ),
        storage=("单层摆开，放软后三天内吃完", "Lay out in one layer; eat within three days of softening"),
        days=20,
        households=24,
        share=(62, 23),
        sizes=(
            weight("2.5kg 箱装", "2.5 kg box", 2500, "26.80", 120),
            weight("4kg 箱装", "4 kg box", 4000, "39.80", 90),
        ),
    ),
    _write(
        "xian-changhongzao",
        ("长红鲜枣", "Fresh Changhong long dates"),
        ("中秋前后的脆枣，只卖二十来天。", "Crisp dates around Mid-Autumn, on sale for some twenty days."),
        (
            "长红枣个头修长，刚打下来咬着带响。赵红梅带着社员铺开大网，一竿子一竿子轻轻敲，碰破皮的挑出来晒干，完整的当晚发货。",
            "Changhong dates are long and crack when you bite them fresh. Zhao Hongmei's members spread wide nets and tap the branches gently; bruised fruit is "
            "dried, whole fruit leaves the same night.",
        ),
        supplier="zaopo",
        village="长红村",
        picture=Picture("1F534", "trio", figure="jujube"),
        storage=CHILLED,
        days=10,
        households=31,
        share=(63, 23),
        sizes=(
            weight("1kg 网兜", "1 kg net", 1000, "19.80", 240),
            weight("2.5kg 箱装", "2.5 kg box", 2500, "43", 180),
        ),
    ),
    _write(
        "da-baicai",
        ("荆湾大白菜", "Jingwan Chinese cabbage"),
        (
            "立冬收的青麻叶，包心紧，耐存放。",
            "Green-leaf heads cut at the start of winter, tight and long-keeping.",
        ),
        (
            "荆湾的白菜立秋下种、立冬收。马铁山和几所学校的食堂说好了量才种，多少亩心里有底，菜贱的年份也没有烂在地里。",
            "Sown at the beginning of autumn and cut at the beginning of winter. Ma Tieshan plants only what the school canteens have agreed to, so that even in "
            "cheap years nothing rots in the field.",
        ),
        supplier="jingwan",
        village="荆湾村",
        picture=Picture("1F96C", "trio", figure="napa_cabbage"),
        storage=("0～5℃ 存放，外叶不剥可放月余", "Keep at 0-5 °C; unpeeled it lasts over a month"),
        days=40,
        households=40,
        share=(57, 28),
        sizes=(
            weight("2 棵装（约 5kg）", "Two heads (about 5 kg)", 5000, "12.80", 300),
            weight("25kg 食堂网袋", "25 kg canteen net", 25000, "47.50", 260),
        ),
    ),
    _write(
        "tengzhou-tudou",
        ("沙薯村黄心土豆", "Shashu yellow potatoes"),
        (
            "沙壤地春土豆，皮光芽眼浅，削皮不费。",
            "Spring potatoes from sandy loam: smooth skins, shallow eyes, little waste.",
        ),
        (
            "沙薯村种了三十年土豆，家家会切种、会看墒。合作社统一供脱毒种薯，先赊后还；收土豆那几天，学校放了学的孩子也来数筐。",
            "Shashu has grown potatoes for thirty years, and every family can cut seed and read the soil. The cooperative gives virus-free seed on credit; in harvest "
            "week the children come after school to count the baskets.",
        ),
        supplier="jingwan",
        village="沙薯村",
        picture=Picture("1F954", "crate", recolour=(("#a57939", "#D9B15F"),)),
        storage=AIRY,
        days=60,
        households=37,
        share=(58, 27),
        sizes=(
            weight("5kg 箱装", "5 kg box", 5000, "19.80", 340),
            weight("25kg 食堂网袋", "25 kg canteen net", 25000, "70", 240),
        ),
    ),
    _write(
        "huluobo",
        ("水芹村胡萝卜", "Shuiqin carrots"),
        ("洗净去缨，切面红心细。", "Washed and topped, with fine red hearts."),
        (
            "水芹村的胡萝卜长在深松过的菜地里，条子直。洗菜线就架在村东的渠边，二十来位大嫂轮班，水用沉淀池循环。",
            "Deep-loosened beds give Shuiqin its straight carrots. The washing line stands by the canal east of the village, where some twenty women work in "
            "shifts and the water is settled and used again.",
        ),
        supplier="jingwan",
        village="水芹村",
        picture=Picture("1F955", "basket"),
        storage=CRISPER,
        days=30,
        households=21,
        share=(58, 27),
        sizes=(
            weight("2.5kg 袋装", "2.5 kg bag", 2500, "11.80", 240),
            weight("10kg 食堂袋", "10 kg canteen bag", 10000, "36", 200),
        ),
    ),
    _write(
        "sharang-xihongshi",
        ("桑陌沙瓤西红柿", "Sangmo sandy-flesh tomatoes"),
        ("老品种，皮薄怕压，胜在味浓。", "An old variety: thin-skinned, easily bruised, full of flavour."),
        (
            "桑陌村留着自家选的种，一茬只种两棚。果子不等硬红，熟到沙瓤才摘，所以只发三天内到得了的地方。",
            "Sangmo saves its own seed and plants two tunnels at a time. The fruit is left until the flesh turns sandy, so it is sent only where it arrives "
            "within three days.",
        ),
        supplier="jingwan",
        village="桑陌村",
        picture=Picture("1F345", "plate"),
        storage=("常温存放，忌叠压，勿冷藏", "Keep at room temperature in one layer; do not chill"),
        days=6,
        households=8,
        share=(60, 26),
        sizes=(
            weight("2kg 箱装", "2 kg box", 2000, "21.80", 90),
            weight("5kg 箱装", "5 kg box", 5000, "46", 80),
        ),
    ),
    _write(
        "han-huanggua",
        ("莲堰旱黄瓜", "Lianyan field cucumbers"),
        ("短粗带刺，拍一拍就是一盘菜。", "Short, thick and prickly; smash and serve."),
        (
            "莲堰的旱黄瓜搭竹架露天长，浇的是河水。早市五点开秤，合作社的车六点就走，到食堂时花还没蔫。",
            "Lianyan's field cucumbers climb bamboo in the open and drink river water. Weighing starts at five, the van leaves at six, and the flowers are still fresh "
            "when they reach the canteen.",
        ),
        supplier="jingwan",
        village="莲堰村",
        picture=Picture("1F952", "crate"),
        storage=CRISPER,
        days=7,
        households=15,
        share=(57, 28),
        sizes=(
            weight("2kg 袋装", "2 kg bag", 2000, "12.60", 130),
            weight("10kg 食堂筐", "10 kg canteen crate", 10000, "48", 120),
        ),
    ),
    _write(
        "zi-qiezi",
        ("墨桥紫茄子", "Moqiao aubergines"),
        ("紫皮嫩籽，蒸炒都不出黑水。", "Purple skin, tender seeds, clear juice when steamed or fried."),
        (
            "墨桥村的妇女们把房前屋后的菜畦连成片，统一种茄子。每家每天不过摘一二十斤，凑在一起，正好够三所小学一顿饭。",
            "The women of Moqiao joined their kitchen beds into one and planted aubergines. Each picks only five or ten kilos a day; together it makes one lunch for "
            "three primary schools.",
        ),
        supplier="jingwan",
        village="墨桥村",
        picture=Picture("1F346", "pair"),
        storage=CRISPER,
        days=7,
        households=29,
        share=(59, 26),
        sizes=(
            weight("2.5kg 袋装", "2.5 kg bag", 2500, "13.80", 110),
            weight("10kg 食堂筐", "10 kg canteen crate", 10000, "45", 100),
        ),
    ),
    _write(
        "tian-qingjiao",
        ("荆湾甜椒", "Jingwan sweet peppers"),
        ("肉厚微甜，生拌热炒都行。", "Thick, slightly sweet, good raw or fried."),
        (
            "冬天棚里的甜椒要靠人工一朵朵点花。李巧云在棚里一站就是半天，她说手上的活细，椒就长得周正。",
            "In winter each flower under glass is touched by hand. Li Qiaoyun stands half a day at it; when the hand is careful, she says, the peppers grow straight.",
        ),
        supplier="jingwan",
        village="荆湾村",
        picture=Picture("1FAD1", "trio", recolour=(("#d22f27", "#7DB53C"), ("#781e32", "#4E8A2A"))),
        storage=CRISPER,
        days=12,
        households=12,
        share=(58, 27),
        sizes=(
            weight("1.5kg 袋装", "1.5 kg bag", 1500, "14.80", 120),
            weight("8kg 食堂箱", "8 kg canteen box", 8000, "62", 90),
        ),
    ),
    _write(
        "tian-yumi",
        ("新堤鲜食玉米", "Xindi sweet corn"),
        (
            "掰下两小时内入冷库，整棒真空。",
            "Cold-stored within two hours of picking and vacuum-packed whole.",
        ),
        (
            "新堤村沿堤种玉米，头茬七月底就能掰。帮扶车间收来剥衣、预煮、真空，甜味锁在棒子上，食堂蒸一蒸就能开饭。",
            "Xindi grows its corn along the dyke, ready from late July. The workshop husks, blanches and vacuum-packs it; a canteen only has to steam it.",
        ),
        supplier="hetang",
        village="新堤村",
        picture=Picture("1F33D", "trio"),
        storage=("0～4℃ 冷藏 20 天，冷冻 180 天", "20 days chilled, 180 days frozen"),
        days=180,
        households=17,
        share=(56, 25),
        sizes=(
            weight("8 棒装（约 2kg）", "8 cobs (about 2 kg)", 2000, "32", 220),
            weight("40 棒食堂箱（约 10kg）", "40 cobs, canteen box (about 10 kg)", 10000, "138", 90),
        ),
    ),
    _write(
        "zipi-yangcong",
        ("麦场紫皮洋葱", "Maichang purple onions"),
        (
            "晾透外皮再装袋，夏天也不容易发芽。",
            "Cured until the skins rustle, slow to sprout even in summer.",
        ),
        (
            "麦场村原先的打麦场如今晾洋葱，一排一排像紫色的垄。老会计周德厚管秤，收多少、哪家的，都抄在场边的黑板上。",
            "The old threshing floor of Maichang now dries onions in purple rows. Zhou Dehou, once the village bookkeeper, keeps the scale and chalks up every family's weight on "
            "the board beside it.",
        ),
        supplier="jingwan",
        village="麦场村",
        picture=Picture("1F9C5", "basket", recolour=(("#f4aa41", "#B777A8"), ("#e27022", "#8A4C80"))),
        storage=AIRY,
        days=90,
        households=20,
        share=(57, 28),
        sizes=(
            weight("2.5kg 网袋", "2.5 kg net", 2500, "10.80", 200),
            weight("10kg 食堂网袋", "10 kg canteen net", 10000, "32", 180),
        ),
    ),
    _write(
        "zipi-dasuan",
        ("西渡紫皮大蒜", "Xidu purple garlic"),
        ("蒜瓣匀，辣味冲，辫好了能挂一冬。", "Even cloves with real bite; braided, it hangs all winter."),
        (
            "西渡人种蒜讲究重茬轮作，一年蒜、一年豆。蒜辫是村里的老太太们编的，一辫二十头，编一辫一块二，坐在门口就挣了菜钱。",
            "Xidu rotates its garlic with beans, year about. The braids, twenty heads each, are plaited by the grandmothers of the village at 1.20 yuan a braid, sitting in "
            "their doorways.",
        ),
        supplier="jingwan",
        village="西渡村",
        picture=Picture("1F9C4", "trio"),
        storage=AIRY,
        days=120,
        households=26,
        share=(61, 23),
        sizes=(
            weight("1 辫 20 头（约 1kg）", "One braid of 20 (about 1 kg)", 1000, "16.80", 180),
            weight("5kg 网袋", "5 kg net", 5000, "59", 140),
        ),
    ),
    _write(
        "xiao-huangjiang",
        ("菱塘小黄姜", "Lingtang small ginger"),
        ("个头不大，姜味足，带泥更耐放。", "Small and strong; keeps better with the soil on."),
        (
            "菱塘边的黑土种姜，搭着苇帘遮荫。霜降前起姜，带泥装箱，掰开一股冲鼻的香。",
            "Grown in black soil by the water-chestnut ponds under reed screens, dug before the first hard frost and boxed with the soil on. Break one and the scent tells you.",
        ),
        supplier="weichuan",
        village="菱塘村",
        picture=Picture("1FADA", "basket"),
        storage=("10～15℃ 埋沙或裹纸存放", "Keep at 10-15 °C in sand or paper"),
        days=60,
        households=14,
        share=(62, 23),
        sizes=(
            weight("1kg 箱装", "1 kg box", 1000, "18.80", 140),
            weight("2.5kg 箱装", "2.5 kg box", 2500, "42", 110),
        ),
    ),
    _write(
        "xilanhua",
        ("莲堰西兰花", "Lianyan broccoli"),
        ("花球紧，梗脆，带冰发货。", "Tight heads, crisp stalks, shipped on ice."),
        (
            "莲堰的西兰花割下来先打冷，再装泡沫箱，箱里放两瓶冰。种菜的刘长顺以前在外打工，如今在家管着二十亩，雇的都是邻居。",
            "Cut, chilled and boxed with two bottles of ice. Liu Changshun used to work far away; now he runs three acres at home and hires his neighbours.",
        ),
        supplier="jingwan",
        village="莲堰村",
        picture=Picture("1F966", "pair"),
        storage=CHILLED,
        days=8,
        households=11,
        share=(56, 29),
        sizes=(
            weight("1.5kg 3 棵装", "3 heads (1.5 kg)", 1500, "17.80", 120),
            weight("8kg 食堂加冰箱", "8 kg iced canteen box", 8000, "74", 100),
        ),
    ),
    _write(
        "mishu-hongshu",
        ("岭上蜜薯", "Lingshang honey sweet potatoes"),
        ("窖藏回糖二十天，烤着流油。", "Rested twenty days in the cellar; they weep syrup when roasted."),
        (
            "岭上的红土坡不存水，别的长不好，蜜薯倒是合适。收完先下窖，等淀粉转了糖再卖，着急的人得等等。",
            "The red slopes of Lingshang hold no water, which suits little but sweet potatoes. They rest in the cellar until starch turns to sugar; those in a hurry must wait.",
        ),
        supplier="qingtan",
        village="岭上村",
        picture=Picture("1F360", "basket"),
        storage=("12～15℃ 干燥存放，勿冷藏", "Keep dry at 12-15 °C; do not chill"),
        days=60,
        households=23,
        share=(61, 24),
        sizes=(
            weight("2.5kg 箱装", "2.5 kg box", 2500, "22.80", 220),
            weight("5kg 箱装", "5 kg box", 5000, "39.80", 180),
            weight("20kg 食堂筐", "20 kg canteen crate", 20000, "118", 60, 1),
        ),
    ),
    _write(
        "xian-lianou",
        ("苇川鲜莲藕", "Weichuan fresh lotus root"),
        ("清早起的带泥藕，九孔，脆甜。", "Dug at dawn, sold in its mud: nine holes, crisp and sweet."),
        (
            "起藕是苦活，人要泡在齐腰的泥水里摸。殷小舟的队伍有十一个壮劳力，多半是从前的渔民，熟悉水性，也熟悉这片湖。",
            "Digging lotus is hard work, feeling for roots waist-deep in mud. Yin Xiaozhou's crew of eleven are mostly former fishermen who know the water and this lake.",
        ),
        supplier="weichuan",
        village="苇川村",
        picture=Picture("1FAB7", "one", figure="lotus_root", second="1FAB7"),
        storage=("带泥湿布包裹冷藏", "Keep chilled in its mud under a wet cloth"),
        days=10,
        households=28,
        share=(64, 22),
        sizes=(
            weight("2.5kg 箱装", "2.5 kg box", 2500, "29.80", 160),
            weight("10kg 食堂箱", "10 kg canteen box", 10000, "98", 130),
        ),
    ),
    _write(
        "xian-xianggu",
        ("松菇村鲜香菇", "Songgu fresh shiitake"),
        (
            "果木屑菌棒，伞厚柄短，当天采。",
            "Grown on orchard sawdust: thick caps, short stems, picked the same day.",
        ),
        (
            "果园剪下的枝条粉碎了做菌棒，出完菇再还田当肥。松菇村十二座菇棚由脱贫户承包，早晚各采一遍，赶在开伞前下手。",
            "Prunings from the orchards become mushroom logs and return to the fields as manure. Twelve sheds are worked by families out of hardship, who pick twice a day before "
            "the caps open.",
        ),
        supplier="yunyu",
        village="松菇村",
        picture=Picture("1F344-200D-1F7EB", "trio"),
        storage=CHILLED,
        days=6,
        households=12,
        share=(60, 25),
        sizes=(
            weight("1kg 盒装", "1 kg tray", 1000, "19.80", 150),
            weight("5kg 食堂箱", "5 kg canteen box", 5000, "82", 90),
        ),
    ),
    _write(
        "qing-luobo",
        ("柳湾水果青萝卜", "Liuwan green fruit radish"),
        (
            "青皮青瓤，生吃脆甜，辣味只在尾巴上。",
            "Green through and through, crisp and sweet, with heat only at the tail.",
        ),
        (
            "柳湾人爱说，客来不上茶，先切一盘萝卜。萝卜入窖前逐个敲一敲，空心的喂羊，实心的才装箱。",
            "In Liuwan a guest is given a plate of sliced radish before the tea. Each root is tapped before it goes to the cellar: hollow ones feed the sheep.",
        ),
        supplier="jingwan",
        village="柳湾村",
        picture=Picture("1FADC", "pair", figure="green_radish"),
        storage=CRISPER,
        days=45,
        households=16,
        share=(60, 25),
        sizes=(
            weight("2.5kg 箱装", "2.5 kg box", 2500, "18.80", 170),
            weight("5kg 箱装", "5 kg box", 5000, "33", 150),
        ),
    ),
)
