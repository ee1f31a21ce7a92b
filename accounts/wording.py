"""Words for what accounts refuse."""

from __future__ import annotations

from flask_babel import gettext as _

from accounts.errors import LinkUsedUp, WeakPassword, WrongCredentials
from accounts.rules import SHORTEST_PASSWORD, read_agent
from web.wording import explains


def agent_text(text: str) -> str:
    """Say which browser on which system a sign-in came from."""
    agent = read_agent(text)
    browser = {
        "wechat": _("WeChat"),
        "dingtalk": _("DingTalk"),
        "alipay": _("Alipay"),
        "edge": "Edge",
        "huawei": _("Huawei browser"),
        "xiaomi": _("Xiaomi browser"),
        "uc": _("UC browser"),
        "qq": _("QQ browser"),
        "quark": _("Quark"),
        "samsung": _("Samsung browser"),
        "opera": "Opera",
        "firefox": _("Firefox"),
        "chrome": "Chrome",
        "safari": "Safari",
    }.get(agent.browser, "")
    system = {
        "harmony": _("HarmonyOS"),
        "iphone": "iPhone",
        "ipad": "iPad",
        "android": _("Android"),
        "windows": "Windows",
        "mac": "Mac",
        "chromeos": "ChromeOS",
        "linux": "Linux",
    }.get(agent.system, "")
    if browser and system:
        return _("%(browser)s on %(system)s", browser=browser, system=system)
    return browser or system or _("an unknown browser")


@explains(WrongCredentials)
def _wrong_credentials(_refusal: WrongCredentials) -> str:
    return _("The account or the password is not right. Check both, or set a new password.")


@explains(WeakPassword)
def _weak_password(_refusal: WeakPassword) -> str:
    return _(
        "Use at least %(least)s characters, and nothing that is easy to guess. A short sentence works well.",
        least=SHORTEST_PASSWORD,
    )


@explains(LinkUsedUp)
def _link_used_up(_refusal: LinkUsedUp) -> str:
    return _("This link was used before or is more than an hour old. Please ask for a new one.")
