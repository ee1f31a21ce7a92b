"""What browsers call themselves, in words that their owner knows."""

from __future__ import annotations

import pytest
from flask import Flask
from flask_babel import force_locale

from accounts.rules import read_agent
from accounts.values import Agent
from accounts.wording import agent_text

WECHAT = (
    "Mozilla/5.0 (Linux; Android 14; V2309A Build/UP1A; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 "
    "Chrome/116.0.0.0 Mobile Safari/537.36 XWEB/1160065 MMWEBSDK/20231202 MicroMessenger/8.0.47.2560(0x28002F30)"
)
CHROME = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Mobile Safari/537.36"
EDGE = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0 Safari/537.36 Edg/124.0"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 17_4 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 "
    "Mobile/15E148 Safari/604.1"
)
HUAWEI = (
    "Mozilla/5.0 (Linux; Android 12; HarmonyOS; NOH-AN00) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/114.0 "
    "HuaweiBrowser/15.0 Mobile Safari/537.36"
)
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:125.0) Gecko/20100101 Firefox/125.0"


@pytest.mark.parametrize(
    ("text", "agent"),
    [
        (WECHAT, Agent("wechat", "android")),
        (CHROME, Agent("chrome", "android")),
        (EDGE, Agent("edge", "windows")),
        (SAFARI, Agent("safari", "iphone")),
        (HUAWEI, Agent("huawei", "harmony")),
        (FIREFOX, Agent("firefox", "linux")),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 14_4) Version/17.4 Safari/605", Agent("safari", "mac")),
        ("curl/8.5.0", Agent("", "")),
        ("", Agent("", "")),
    ],
)
def test_a_browser_is_known_by_what_it_calls_itself(text: str, agent: Agent) -> None:
    assert read_agent(text) == agent


def test_it_is_said_in_the_words_of_the_reader(app: Flask) -> None:
    with app.test_request_context():
        with force_locale("zh_Hans_CN"):
            assert agent_text(WECHAT) == "微信 · 安卓"
            assert agent_text("") == "未知浏览器"
        with force_locale("en"):
            assert agent_text(CHROME) == "Chrome on Android"
            assert agent_text("Opera/9.80 (Windows NT 6.1)") == "Windows"
