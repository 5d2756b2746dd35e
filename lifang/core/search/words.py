"""From text to terms, and from a question to the terms a row must have."""

import re
import unicodedata
from functools import cache, lru_cache
from itertools import pairwise, product
from typing import Final

# Traditional forms seen in names, addresses and everyday complaints; pairs of characters, traditional first.
_PAIRS: Final = (
    "區区號号樓楼單单戶户鎮镇鄉乡縣县東东門门燈灯車车馬马陳陈張张劉刘楊杨趙赵黃黄吳吴孫孙鄭郑謝谢許许韓韩馮冯鄧邓蕭萧葉叶蘇苏盧卢蔣蒋賈贾閻阎陸陆鍾钟鐘钟譚谭羅罗龍龙"
    "範范湯汤龐庞齊齐龔龚嚴严顧顾賀贺賴赖寧宁廣广華华國国園园場场廠厂橋桥長长開开關关電电話话線线網网絡络糾纠紛纷鄰邻戲戏聲声違违築筑佔占壞坏損损溝沟蓋盖淨净髒脏亂乱"
    "樹树廢废氣气煙烟熱热凍冻災灾險险處处辦办務务員员會会議议選选舉举業业產产權权證证書书記记錄录報报訴诉請请為为與与對对這这個个們们來来時时間间問问題题裡里裏里後后"
    "從从無无沒没還还過过進进遠远運运動动機机飛飞魚鱼鳥鸟雞鸡貓猫養养醫医藥药護护衛卫學学師师兒儿婦妇孃娘親亲愛爱歲岁體体殘残優优點点數数據据條条級级組组織织團团隊队"
    "黨党軍军農农種种糧粮飯饭館馆賣卖買买價价錢钱銀银鐵铁鋼钢銅铜錯错離离難难雲云靈灵靜静響响頂顶項项順顺須须領领頭头顏颜類类風风飄飘駐驻驗验騎骑騷骚驚惊髮发發发麥麦"
    "黴霉齡龄龜龟圍围圓圆塊块塢坞墻墙牆墙壓压夢梦夠够奪夺奮奋婁娄審审寫写寶宝實实寵宠屆届屬属島岛嶺岭巖岩帶带幫帮幹干幾几庫库應应廟庙彈弹強强歸归當当徑径復复徵征態态"
    "慶庆憂忧戰战揀拣換换揚扬搖摇擔担擋挡擠挤擬拟擴扩擾扰攤摊敗败敵敌斷断舊旧晝昼曬晒曆历歷历棟栋棲栖楓枫構构樣样標标檔档檢检櫃柜欄栏歡欢殼壳毀毁滅灭滾滚滿满漢汉潔洁"
    "濕湿濟济濱滨灣湾烏乌燒烧營营爐炉爭争爺爷牽牵狀状獨独獎奖瑪玛環环畫画異异療疗瘋疯盜盗盡尽監监盤盘眾众睜睁礦矿碼码礎础禮礼禍祸稅税穩稳窩窝窮穷競竞筆笔節节簡简籃篮"
    "籠笼紀纪約约紅红納纳純纯紙纸細细終终結结給给統统經经綠绿維维緊紧編编緣缘縫缝總总績绩繞绕繼继續续罰罚聖圣聞闻聯联職职聽听肅肃腦脑腳脚膠胶臉脸臟脏臨临艙舱艦舰莊庄"
    "萬万著着葦苇蓮莲薦荐藍蓝藝艺蘭兰虛虚蟲虫補补裝装製制複复見见規规視视覺觉覽览觸触計计訂订討讨訊讯訓训託托設设訪访評评詢询試试詩诗該该詳详語语誤误說说誰谁課课調调"
    "談谈論论諮咨講讲譽誉讀读變变讓让貝贝負负財财責责貨货貧贫貴贵費费資资賊贼賓宾賠赔質质贈赠贏赢跡迹踐践輕轻輛辆輪轮輸输轉转連连週周遊游達达遲迟遺遗遷迁適适鄒邹醬酱"
    "釋释針针釘钉鈴铃鎖锁鏈链鏟铲閃闪閉闭閑闲閣阁闆板闊阔陰阴陽阳階阶隨随隱隐隸隶雙双雜杂霧雾韋韦頻频顯显飲饮飾饰餅饼餘余餓饿駕驾驅驱鬆松鬥斗鬧闹鹽盐麗丽層层邊边鋪铺"
    "帳帐賬账劃划擺摆淺浅潑泼滲渗湧涌塗涂塵尘隻只頁页預预願愿飼饲贓赃馳驰駁驳攔拦攪搅棄弃榮荣沖冲決决況况準准衝冲閘闸鄲郸鑰钥"
)
_SIMPLE: Final = str.maketrans(_PAIRS[0::2], _PAIRS[1::2])
_HAN: Final = re.compile(r"([\u3400-\u9fff\U00020000-\U0003ffff〇]+)")

SHORT: Final = 40  # texts up to this length also give their single characters
NAME: Final = 12  # runs up to this length are read aloud, as pinyin
_READINGS: Final = 8  # of a name with characters of several sounds
_WORD: Final = 60
_LONG: Final = 100_000  # characters of one text that are looked at


def plain(text: str) -> str:
    """Half width, lower case, simplified."""
    return unicodedata.normalize("NFKC", text[:_LONG]).lower().translate(_SIMPLE)


def _runs(text: str) -> list[tuple[bool, str]]:
    """(is Chinese, run) in order; latin letters and digits hold together, as in A1 or 3f."""
    pieces = re.findall(r"[^\W_]+", plain(text))
    parts = [part for piece in pieces for part in _HAN.split(piece) if part]
    return [(_HAN.fullmatch(part) is not None, part) for part in parts]


def _pairs(run: str) -> list[str]:
    return [run[i : i + 2] for i in range(len(run) - 1)]


def terms(text: str) -> list[str]:
    """What a row with this text is found by: bigrams, words, and single characters of short texts."""
    found: set[str] = set()
    short = len(text) <= SHORT
    for han, run in _runs(text):
        if not han:
            found.add(run[:_WORD])
            continue
        found.update(_pairs(run))
        if short or len(run) == 1:
            found.update(run)
    return sorted(found)


def name_terms(text: str) -> list[str]:
    """Like `terms`, and how it sounds: zhangsan, zs, and for places each part of it (djjd, dajie)."""
    found = set(terms(text))
    for han, run in _runs(text):
        if han and len(run) <= NAME:
            found.update(_sounds(run))
    return sorted(found)


@lru_cache(maxsize=4096)
def _sounds(run: str) -> frozenset[str]:
    found: set[str] = set()
    for reading in _readings(run):
        found.update(reading)
        found.add("".join(reading))
        found.update(a + b for a, b in pairwise(reading))
        initials = "".join(syllable[0] for syllable in reading)
        found.update(
            initials[i:j] for i in range(len(run)) for j in range(i + 2, min(len(run), i + 6) + 1)
        )
        found.add(initials)
    return frozenset(found)


def _readings(run: str) -> list[tuple[str, ...]]:
    """The usual reading first; others (单 is dan or shan) while they stay few."""
    sounds = [_sounds_of(one)[0] for one in run] if not _has_phrase(run) else _sounds_of(run)
    usual = tuple(sound[0] for sound in sounds)
    if len(sounds) != len(run):
        return [usual]  # a character without a known sound
    count = 1
    for choice in sounds:
        count *= len(choice)
    return [usual] if count > _READINGS else list(dict.fromkeys([usual, *product(*sounds)]))


@lru_cache(maxsize=32_768)
def _sounds_of(run: str) -> list[tuple[str, ...]]:
    """The readings of each character, the usual one first; of a character alone, or of a phrase, in which it may sound otherwise."""
    from pypinyin import Style, pinyin  # noqa: PLC0415 -- its dictionaries take a second to load

    return [tuple(dict.fromkeys(s)) for s in pinyin(run, style=Style.NORMAL, heteronym=True)]


def _has_phrase(run: str) -> bool:
    """Does it hold a phrase of the dictionary? Most names do not, and are read character by character."""
    from pypinyin.constants import PHRASES_DICT  # noqa: PLC0415 -- as above

    return any(
        run[i:j] in PHRASES_DICT for i in range(len(run)) for j in range(i + 2, len(run) + 1)
    )


def is_broad(query: str) -> bool:
    """One character or one syllable, as of a surname: borne by so many that any way finds some of them at once."""
    runs = _runs(query)
    return len(runs) == 1 and (len(runs[0][1]) == 1 or runs[0][1] in _syllables())


@cache
def _syllables() -> frozenset[str]:
    """How a single character may sound."""
    from pypinyin.constants import PINYIN_DICT  # noqa: PLC0415 -- as above
    from pypinyin.contrib.tone_convert import to_normal  # noqa: PLC0415

    return frozenset(map(to_normal, {one for said in PINYIN_DICT.values() for one in said.split(",")}))  # fmt: skip


def query_terms(query: str) -> list[str]:
    """The terms a row must all have; none for a question without letters or digits."""
    found: set[str] = set()
    for han, run in _runs(query[:200]):
        found.update(_pairs(run) if han and len(run) > 1 else [run[:_WORD]])
    return sorted(found)


def pinyin_key(text: str) -> str:
    """A sort key in the order of a Chinese register: by sound, then tone; latin and digits before."""
    from pypinyin import Style, lazy_pinyin  # noqa: PLC0415 -- as above

    marks = lazy_pinyin(plain(text)[:40], style=Style.TONE3, neutral_tone_with_five=True)
    return " ".join(mark.strip() for mark in marks if mark.strip())[:200]
