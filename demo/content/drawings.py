"""Things that OpenMoji has no picture of, drawn in its manner on a 72 by 72 grid (fills here, outline added around)."""

_LEAF = '<path d="M0 0c3-6 9-8 14-6-2 6-8 9-14 6z" fill="#5C9E31"/>'


def _leaf(x: float, y: float, turn: float = 0, scale: float = 1) -> str:
    return f'<g transform="translate({x} {y}) rotate({turn}) scale({scale})">{_LEAF}</g>'


def _grain(x: float, y: float, turn: float, fill: str) -> str:
    return f'<ellipse cx="{x}" cy="{y}" rx="3.4" ry="1.9" fill="{fill}" transform="rotate({turn} {x} {y})"/>'


FIGURES: dict[str, str] = {
    "jujube": (
        '<path d="M30 20c2-6 6-9 11-10M41 10c2 4 3 8 4 13" fill="none"/>'
        + _leaf(42, 11, 10)
        + '<g transform="rotate(16 26 42)"><ellipse cx="26" cy="42" rx="11" ry="20" fill="#C8402C"/>'
        '<path d="M31 25c5 9 5 25 0 34 4-1 6-9 6-17s-2-16-6-17z" fill="#97281B" stroke="none"/>'
        '<path d="M20 34c-1 5-1 10 0 14" fill="none" stroke="#F3A58F"/></g>'
        '<g transform="rotate(-14 48 43)"><ellipse cx="48" cy="43" rx="10.5" ry="18.5" fill="#B5382A"/>'
        '<path d="M43 35c-1 4-1 9 0 13" fill="none" stroke="#F0937B"/></g>'
    ),
    "dried_jujube": (
        '<g transform="rotate(62 26 30)"><ellipse cx="26" cy="30" rx="10" ry="16" fill="#A1301F"/>'
        '<path d="M21 24c2 3 2 8 0 12M27 20c2 5 2 14 0 20" fill="none" stroke="#6E1D12" stroke-width="1.6"/></g>'
        '<g transform="rotate(-58 48 34)"><ellipse cx="48" cy="34" rx="10" ry="16" fill="#B5382A"/>'
        '<path d="M44 26c2 4 2 10 0 14M50 24c2 5 2 14 0 20" fill="none" stroke="#7A2115" stroke-width="1.6"/></g>'
        '<g transform="rotate(84 35 51)"><ellipse cx="35" cy="51" rx="10" ry="17" fill="#A93424"/>'
        '<path d="M31 43c2 4 2 11 0 16M37 40c2 6 2 16 0 22" fill="none" stroke="#6E1D12" stroke-width="1.6"/></g>'
    ),
    "pomegranate": (
        '<path d="M29 20l-4-11 7 4 4-5 4 5 7-4-4 11z" fill="#C23B2E"/>'
        '<path d="M36 18c15 0 25 10 25 23S50 64 36 64 11 54 11 41s10-23 25-23z" fill="#D9513C"/>'
        '<path d="M46 21c6 8 8 24-2 41 11-3 17-11 17-21 0-9-6-17-15-20z" fill="#AE3325" stroke="none"/>'
        '<path d="M24 32c6-5 18-4 22 3s0 18-8 21-17-4-18-11 1-10 4-13z" fill="#FBE7C6"/>'
        '<g fill="#C4273B" stroke-width="1.2"><circle cx="28" cy="38" r="3.6"/><circle cx="36" cy="36" r="3.6"/>'
        '<circle cx="42" cy="41" r="3.6"/><circle cx="31" cy="46" r="3.6"/><circle cx="39" cy="48" r="3.6"/></g>'
    ),
    "pomegranate_bonsai": (
        '<path d="M38 64c-1-8 4-11 1-17s-9-6-8-14" fill="none" stroke-width="5"/>'
        '<path d="M38 64c-1-8 4-11 1-17s-9-6-8-14" fill="none" stroke="#8A5A34" stroke-width="2.6"/>'
        '<path d="M14 33c-5-5-2-13 5-13 1-8 12-11 17-5 6-5 17-2 17 6 8 0 10 10 3 13-4 3-12 3-15 0-6 4-14 4-17 0-3 2-8 2-10-1z" '
        'fill="#6FA83A"/>'
        '<g fill="#D9513C"><circle cx="24" cy="28" r="4.6"/><circle cx="41" cy="22" r="4.6"/><circle cx="49" cy="32" r="4"/></g>'
    ),
    "persimmon_dried": (
        '<ellipse cx="36" cy="42" rx="25" ry="17" fill="#C9762B"/>'
        '<path d="M16 38c8-8 32-8 40 0-4-9-12-13-20-13s-16 4-20 13z" fill="#F6E3C4" stroke="none"/>'
        '<ellipse cx="36" cy="42" rx="25" ry="17" fill="none"/>'
        '<path d="M36 33l-9-4 4 6-6 4 9-1 2 6 3-6 8 1-6-4 4-6z" fill="#8C6B3A"/>'
    ),
    "lotus_root": (
        '<path d="M5 34c0-8 6-12 13-11 4 0 6 3 9 3s5-4 10-4c8 0 10 6 9 13s-5 12-12 11c-4 0-6-3-9-2s-6 3-10 2c-6-1-10-5-10-12z" '
        'fill="#EBD3AF"/>'
        '<circle cx="49" cy="44" r="18" fill="#F5E7CF"/>'
        '<g fill="#B98F5F" stroke-width="1.3"><circle cx="49" cy="44" r="3.4"/><ellipse cx="49" cy="34.5" rx="3" ry="3.8"/>'
        '<ellipse cx="57.5" cy="39" rx="3" ry="3.6" transform="rotate(60 57.5 39)"/>'
        '<ellipse cx="57" cy="50" rx="3" ry="3.6" transform="rotate(-55 57 50)"/><ellipse cx="48" cy="54" rx="3" ry="3.6"/>'
        '<ellipse cx="40" cy="49" rx="3" ry="3.6" transform="rotate(60 40 49)"/>'
        '<ellipse cx="40.5" cy="38.5" rx="3" ry="3.6" transform="rotate(-60 40.5 38.5)"/></g>'
        '<path d="M15 28c-1 4-1 9 0 12M27 27c-1 5-1 12 0 17" fill="none" stroke-width="1.5"/>'
    ),
    "green_radish": (
        '<path d="M30 18C24 8 20 6 15 6c0 6 4 11 11 14M34 17C33 8 36 4 42 3c2 6 0 11-4 15M38 19c4-8 10-9 15-7-1 6-6 9-12 10" '
        'fill="#5C9E31"/>'
        '<path d="M24 21c6-5 16-4 19 2 5 9 3 27-3 37-2 4-5 6-7 8-2-2-4-5-6-9-7-10-9-31-3-38z" fill="#8CBF4B"/>'
        '<path d="M24 46c2 8 5 13 9 21 4-7 7-13 9-20-6 4-13 3-18-1z" fill="#F1F0DC"/>'
        '<path d="M28 27c-2 5-2 10-1 15" fill="none" stroke="#D5EBA9"/>'
    ),
    "napa_cabbage": (
        '<path d="M36 6c-9 0-20 9-23 22-2 10 2 28 12 37h22c10-9 14-27 12-37C56 15 45 6 36 6z" fill="#A9CF62"/>'
        '<path d="M36 12c-6 3-11 12-12 24s2 22 6 29h12c4-7 7-17 6-29s-6-21-12-24z" fill="#DDEBB4"/>'
        '<path d="M36 20c-3 8-5 16-5 26 0 8 1 14 3 19h4c2-5 3-11 3-19 0-10-2-18-5-26z" fill="#FAF8E8"/>'
        '<path d="M21 22c-3 8-4 20 1 32M51 22c3 8 4 20-1 32M28 26l5 6M44 26l-5 6M26 38l5 6M46 38l-5 6" fill="none" '
        'stroke-width="1.6"/>'
    ),
    "scallion": (
        '<path d="M33 62C29 40 20 24 10 8M36 62C36 38 34 20 33 6M39 62c4-22 12-38 22-53" fill="none" stroke-width="8"/>'
        '<path d="M33 62C29 40 20 24 10 8M36 62C36 38 34 20 33 6M39 62c4-22 12-38 22-53" fill="none" stroke="#5C9E31" '
        'stroke-width="5"/>'
        '<path d="M29 44h15l-2 20H32z" fill="#F6F4E6"/><path d="M33 64l-2 5M37 64v5M41 64l2 5" fill="none"/>'
    ),
    "walnut": (
        '<circle cx="27" cy="33" r="18" fill="#C99657"/>'
        '<path d="M27 15c-3 8 3 12 0 18s3 12 0 18M17 24c4 1 5 5 3 8s1 7-2 11M37 24c-4 1-5 5-3 8s-1 7 2 11" fill="none" '
        'stroke-width="1.7"/>'
        '<path d="M32 50c0-10 8-17 17-17s17 7 17 17c0 4-2 8-5 11H37c-3-3-5-7-5-11z" fill="#B27F45"/>'
        '<path d="M38 52c0-7 5-12 11-12s11 5 11 12c-4 6-7 5-11 2-4 3-7 4-11-2z" fill="#F0D9AE"/>'
        '<path d="M49 41v12M43 46c2 0 3 2 2 5M55 46c-2 0-3 2-2 5" fill="none" stroke-width="1.5"/>'
    ),
    "sesame_pod": (
        '<path d="M36 66V12M36 52c-8-2-12-8-12-14M36 40c8-2 12-8 12-14" fill="none" stroke="#5C9E31" stroke-width="3"/>'
        '<g fill="#8FAE4A"><path d="M24 40c-6-3-7-13-2-18 6 4 7 13 2 18zM48 28c6-3 7-13 2-18-6 4-7 13-2 18zM36 20c-6-4-6-13 0-18 6 5 6 14 0 18z"/></g>'
        '<g fill="#FFF8E6" stroke-width="1.4"><ellipse cx="16" cy="58" rx="4.5" ry="3"/><ellipse cx="24" cy="64" rx="4.5" ry="3"/>'
        '<ellipse cx="50" cy="58" rx="4.5" ry="3"/><ellipse cx="58" cy="64" rx="4.5" ry="3"/><ellipse cx="60" cy="53" rx="4.5" ry="3"/></g>'
    ),
    "teacup": (
        '<path d="M26 18c-3-4 3-6 0-11M38 18c-3-4 3-6 0-11" fill="none" stroke="#A79C8C"/><ellipse cx="33" cy="60" rx="26" ry="5" fill="#E9E2D2"/>'
        '<path d="M54 32c12-3 14 14-3 16" fill="none" stroke-width="3"/><path d="M10 28h46c0 18-6 30-16 30H26c-10 0-16-12-16-30z" fill="#F7F3E8"/>'
        '<ellipse cx="33" cy="28" rx="23" ry="6.5" fill="#D97A2B"/><path d="M22 44c3-6 9-6 11 0-4 4-8 4-11 0z" fill="#5C9E31"/>'
    ),
    "strawberry_plant": (
        '<path d="M36 62C34 44 26 34 16 30M36 62c0-18 0-30 0-42M36 62c2-16 10-26 20-30M36 60c-10-2-18 0-22 4M36 60c10-2 18 0 22 4" fill="none" stroke="#3F7A2C"/>'
        '<g fill="#6FAE3C"><path d="M16 30c-8 2-13-3-13-9 7-2 13 2 13 9zM16 30c-3-7 0-13 6-15 4 6 1 12-6 15z"/><path d="M36 20c-7-4-8-11-4-15 6 3 7 9 4 15zM36 20c7-4 8-11 4-15"/>'
        '<path d="M56 30c8 2 13-3 13-9-7-2-13 2-13 9zM56 30c3-7 0-13-6-15-4 6-1 12 6 15z"/></g>'
        '<g fill="#E4473B"><path d="M14 56c5-3 10 0 9 5-1 6-5 9-8 10-4-2-7-6-7-11 0-3 3-5 6-4z"/><path d="M57 56c5-3 10 0 9 5-1 6-5 9-8 10-4-2-7-6-7-11 0-3 3-5 6-4z"/></g>'
        '<g fill="#FFFFFF" stroke-width="1.3"><circle cx="36" cy="37" r="4"/><circle cx="42" cy="41" r="4"/><circle cx="40" cy="48" r="4"/><circle cx="32" cy="48" r="4"/><circle cx="30" cy="41" r="4"/></g><circle cx="36" cy="43" r="3.2" fill="#F1B31C" stroke-width="1.3"/>'
    ),
    "seedlings": (
        '<path d="M14 62V40M36 62V28M58 62V42" fill="none" stroke="#5C9E31" stroke-width="3.4"/>'
        '<g fill="#8CBF4B"><path d="M14 42C5 42 2 36 2 30c8 0 12 5 12 12zM14 42c9 0 12-6 12-12-8 0-12 5-12 12z"/><path d="M58 44c-9 0-12-6-12-12 8 0 12 5 12 12zM58 44c9 0 12-6 12-12-8 0-12 5-12 12z"/></g>'
        '<g fill="#5C9E31"><path d="M36 30c-10 0-13-8-13-14 9 0 13 6 13 14zM36 30c10 0 13-8 13-14-9 0-13 6-13 14z"/><path d="M36 44c-7 0-10-4-10-9 7 0 10 4 10 9zM36 44c7 0 10-4 10-9-7 0-10 4-10 9z"/></g>'
    ),
    "lunch_tray": (
        '<rect x="4" y="22" width="64" height="42" rx="7" fill="#C9D3D8"/><rect x="9" y="27" width="24" height="15" rx="4" fill="#F4F6F6"/><rect x="9" y="46" width="24" height="14" rx="4" fill="#F4F6F6"/>'
        '<circle cx="50.5" cy="43" r="14" fill="#F4F6F6"/><path d="M40 43c1-9 20-9 21 0-2 7-19 7-21 0z" fill="#FFFFFF"/>'
        '<path d="M13 37c1-6 6-7 8-4 3-3 8 0 8 4-2 2-14 2-16 0z" fill="#6FAE3C"/><path d="M13 55c2-6 7-6 9-2 2-3 6-2 7 2-2 2-14 2-16 0z" fill="#B5612F"/>'
        '<path d="M44 21c-3-4 3-6 0-11M54 21c-3-4 3-6 0-11" fill="none" stroke="#A79C8C"/>'
    ),
    "shop_parcel": (
        '<path d="M12 28h48v36H12z" fill="#E8C99B"/><path d="M12 28l7-10h34l7 10z" fill="#D9B382"/><path d="M31 18h10v46H31z" fill="#2E6B4F"/>'
        '<path d="M36 18c-9-10-17-3-11 0M36 18c9-10 17-3 11 0" fill="#3F8A64"/><path d="M46 44c-3-4-8 0-5 4l5 4 5-4c3-4-2-8-5-4z" fill="#B83A26"/>'
    ),
    "desk_lamp": (
        '<path d="M4 60h64v6H4z" fill="#B98449"/><path d="M16 58h22v-4c0-3-22-3-22 0z" fill="#3E6F8E"/><path d="M27 54L22 32 40 16" fill="none" stroke-width="6"/><path d="M27 54L22 32 40 16" fill="none" stroke="#7FA7C4" stroke-width="2.6"/>'
        '<path d="M36 10l18 14c-6 8-18 10-26 2z" fill="#3E6F8E"/><path d="M36 30l14-4 14 32H34z" fill="#FCEA8B" stroke="none" opacity=".7"/><circle cx="42" cy="27" r="4" fill="#FCEA8B"/>'
        '<path d="M44 58l4-6h16l4 6z" fill="#FBF7EE"/>'
    ),
    "ramp_house": (
        '<path d="M26 34L46 14l22 20v30H26z" fill="#F5E6CB"/><path d="M20 36L46 9l26 27" fill="none" stroke="#B83A26" stroke-width="5"/><path d="M20 36L46 9l26 27" fill="none" stroke-width="1.5"/>'
        '<path d="M40 40h14v24H40z" fill="#8A5A34"/><circle cx="51" cy="52" r="1.3" fill="#FCEA8B"/><path d="M0 66l40-12v12z" fill="#C9CDD0"/><path d="M2 52l36-11M2 52v13M20 47v13" fill="none" stroke-width="2.4"/>'
        '<path d="M36 64h36" fill="none"/><path d="M58 40h8v9h-8z" fill="#92D3F5"/>'
    ),
    "thermos": (
        '<path d="M28 6h14l2 8H26z" fill="#E8D9B8"/><path d="M24 14h22c5 6 7 12 7 20v26c0 4-3 6-6 6H23c-3 0-6-2-6-6V34c0-8 2-14 7-20z" fill="#C8402C"/>'
        '<path d="M17 32h36M17 56h36" fill="none" stroke="#F3D0A0" stroke-width="2.5"/><path d="M53 28c12 2 12 24 0 26" fill="none" stroke-width="3.5"/>'
        '<path d="M35 38c-3-4-9-1-6 3 2 2 4 3 6 5 2-2 4-3 6-5 3-4-3-7-6-3z" fill="#FBE7C6" stroke-width="1.4"/>'
    ),
    "honeycomb": (
        '<path d="M12 24l12-7 12 7 12-7 12 7v14l-6 4 0 13-12 8-12-7-12 7-6-4V38z" fill="#F1B31C"/>'
        '<g fill="#FCD966" stroke-width="1.6"><path d="M24 22l6 3.5v7L24 36l-6-3.5v-7z"/><path d="M42 22l6 3.5v7L42 36l-6-3.5v-7z"/>'
        '<path d="M33 38l6 3.5v7L33 52l-6-3.5v-7z"/></g>'
        '<g fill="#C77F12" stroke-width="1.6"><path d="M51 36l6 3.5v5l-6 4-6-3.5v-5z"/><path d="M18 40l5 3v6l-5 3-4-2v-7z"/></g>'
    ),
    "mantou": (
        '<path d="M8 54c-3-20 12-33 28-33s31 13 28 33c0 3-2 5-6 5H14c-4 0-6-2-6-5z" fill="#FBF4E4"/>'
        '<path d="M53 27c6 8 7 20 1 32h4c4 0 6-2 6-5 1-12-4-21-11-27z" fill="#E6D7B8" stroke="none"/>'
        '<path d="M18 40c2-6 6-9 11-11" fill="none" stroke="#FFFFFF"/>'
    ),
    "jujube_bun": (
        '<path d="M9 52c0-7 4-10 8-11-2-7 3-12 9-12 1-6 5-9 10-9s9 3 10 9c6 0 11 5 9 12 4 1 8 4 8 11 0 6-4 10-9 10H18c-5 0-9-4-9-10z" '
        'fill="#FBF1DC"/>'
        '<path d="M17 41c5 0 8 3 9 8M55 41c-5 0-8 3-9 8M26 29c5 1 8 4 9 9M46 29c-4 1-7 3-9 7" fill="none" stroke-width="1.6"/>'
        '<g fill="#A8301F"><ellipse cx="36" cy="25" rx="5" ry="3.6"/><ellipse cx="24" cy="37" rx="4.6" ry="3.4"/>'
        '<ellipse cx="48" cy="37" rx="4.6" ry="3.4"/><ellipse cx="18" cy="51" rx="4.6" ry="3.4"/><ellipse cx="36" cy="47" rx="5" ry="3.6"/>'
        '<ellipse cx="54" cy="51" rx="4.6" ry="3.4"/></g>'
    ),
    "baozi": (
        '<path d="M7 52c-2-15 11-27 22-31 3-1 4-4 7-4s4 3 7 4c11 4 24 16 22 31 0 5-5 8-10 8H17c-5 0-10-3-10-8z" fill="#FAF1DF"/>'
        '<path d="M36 18c-3 6-10 10-15 17M36 18c-1 7-4 12-5 19M36 18c1 7 4 12 5 19M36 18c3 6 10 10 15 17" fill="none" stroke-width="1.7"/>'
        '<path d="M56 36c4 8 3 17-2 24 6 0 11-3 11-8 1-6-4-12-9-16z" fill="#E5D3B0" stroke="none"/>'
    ),
    "tofu": (
        '<path d="M10 30l26-10 26 10-26 11z" fill="#B9773A"/><path d="M10 30v16l26 12V41z" fill="#96592A"/>'
        '<path d="M62 30v16L36 58V41z" fill="#7E481F"/><path d="M24 30l12-4 12 4-12 5z" fill="none" stroke="#8A4F22" stroke-width="1.5"/>'
        '<path d="M16 38l0 6M56 38v6" fill="none" stroke="#C98F55" stroke-width="1.8"/>'
    ),
    "zongzi": (
        '<path d="M36 10L66 58c1 3-1 6-4 6H10c-3 0-5-3-4-6z" fill="#6C9A3B"/>'
        '<path d="M36 10L48 64h14c3 0 5-3 4-6z" fill="#517A2A" stroke="none"/>'
        '<path d="M36 10L66 58c1 3-1 6-4 6H10c-3 0-5-3-4-6z" fill="none"/>'
        '<path d="M14 46c14 5 30 5 44 0M21 35c10 4 20 4 30 0M36 12c-4 14-8 34-16 52" fill="none" stroke="#EADBB0" stroke-width="2.4"/>'
        '<path d="M30 40c-4-5-9-3-9 1s6 4 9-1c4-5 9-4 9 0s-6 4-9 0z" fill="#D9513C" stroke-width="1.5"/>'
    ),
    "noodle_bundle": (
        '<path d="M22 6h28l-4 30 4 30H22l4-30z" fill="#F7E6BE"/>'
        '<path d="M27 7l3 29-3 29M32 7l1.5 29L32 65M36 7v58M40 7l-1.5 29L40 65M45 7l-3 29 3 29" fill="none" stroke="#C8A661" stroke-width="1.3"/>'
        '<path d="M24 29h24v13H24z" fill="#B83A26"/>'
    ),
    "egg_noodles": (
        '<path d="M9 38c0-11 12-18 27-18s27 7 27 18-12 20-27 20S9 49 9 38z" fill="#F5CE57"/>'
        '<path d="M15 38c2-8 11-12 21-12s19 4 21 12M18 43c4-9 10-11 18-11s14 3 18 11M23 48c3-7 8-9 13-9s10 2 13 9M29 52c2-4 4-5 7-5s5 1 7 5" '
        'fill="none" stroke="#B9862A" stroke-width="1.6"/>'
    ),
    "mixed_grains": (
        '<g stroke-width="1.6"><circle cx="20" cy="24" r="8" fill="#EBC04E"/><circle cx="38" cy="20" r="8" fill="#96332F"/><circle cx="54" cy="28" r="8" fill="#7FA23F"/>'
        '<circle cx="16" cy="42" r="8" fill="#37333A"/><circle cx="34" cy="39" r="8" fill="#F7F0DC"/><circle cx="52" cy="46" r="8" fill="#B5613F"/>'
        '<circle cx="25" cy="57" r="8" fill="#D99A7C"/><circle cx="42" cy="60" r="8" fill="#E8C35A"/></g>'
    ),
    "sweet_potato_strips": (
        '<g fill="#E08A35"><path d="M10 24l38-10 4 9-38 12z"/><path d="M20 40l40-14 3 9-38 15z"/><path d="M12 52l34-8 3 10-33 9z"/></g>'
        '<path d="M16 29l32-9M27 44l32-12M18 58l28-7" fill="none" stroke="#F6BD7A" stroke-width="1.6"/>'
    ),
    "fruit_strips": (
        '<g fill="#B5342B"><path d="M12 20h14l3 34H15z"/><path d="M30 16h13l1 36H31z"/><path d="M47 20l13 3-6 33-12-3z"/></g>'
        '<path d="M17 25l2 22M35 22v24M53 27l-4 20" fill="none" stroke="#E58A76" stroke-width="1.8"/>'
    ),
    "brittle": (
        '<path d="M8 40l30-16 26 10-30 20z" fill="#D79A3F"/><path d="M8 40v8l26 14v-8z" fill="#B47A2B"/><path d="M64 34v8L34 62v-8z" fill="#9C6722"/>'
        '<g fill="#F3DDAC" stroke-width="1.2">'
        + "".join(
            _grain(x, y, turn, "#F3DDAC")
            for x, y, turn in (
                (22, 39, 20),
                (31, 33, -20),
                (34, 43, 10),
                (42, 35, 40),
                (44, 43, -30),
                (52, 36, 0),
                (28, 46, 0),
            )
        )
        + "</g>"
    ),
    "sesame_sticks": (
        '<g fill="#E9C98A"><rect x="10" y="18" width="50" height="9" rx="4" transform="rotate(8 35 22)"/>'
        '<rect x="12" y="32" width="50" height="9" rx="4" transform="rotate(-6 37 36)"/><rect x="10" y="47" width="50" height="9" rx="4" transform="rotate(4 35 51)"/></g>'
        '<g fill="#FFF8E6" stroke-width=".9">'
        + "".join(
            f'<ellipse cx="{x}" cy="{y}" rx="1.9" ry="1.2"/>'
            for x, y in (
                (17, 20),
                (26, 22),
                (35, 23),
                (45, 24),
                (54, 26),
                (19, 38),
                (28, 37),
                (38, 36),
                (47, 35),
                (56, 34),
                (17, 50),
                (27, 51),
                (37, 51),
                (46, 53),
                (54, 53),
            )
        )
        + "</g>"
    ),
    "mung_cake": (
        '<path d="M12 30l24-11 24 11-24 11z" fill="#C5D67D"/><path d="M12 30v17l24 12V41z" fill="#9DB455"/><path d="M60 30v17L36 59V41z" fill="#869C43"/>'
        '<g fill="#E6EDBC" stroke-width="1.4"><ellipse cx="36" cy="26" rx="4" ry="2.5"/><ellipse cx="44" cy="30" rx="4" ry="2.5"/>'
        '<ellipse cx="36" cy="34" rx="4" ry="2.5"/><ellipse cx="28" cy="30" rx="4" ry="2.5"/></g><circle cx="36" cy="30" r="2.4" fill="#B83A26"/>'
    ),
    "date_cake": (
        '<path d="M8 36l30-14 26 11-30 15z" fill="#9A5A33"/><path d="M8 36v16l26 12V48z" fill="#7A4325"/><path d="M64 33v17L34 64V48z" fill="#65361D"/>'
        '<path d="M8 44l26 12 30-15" fill="none" stroke="#E9C9A0" stroke-width="1.8"/>'
        '<g fill="#B5382A" stroke-width="1.4"><ellipse cx="30" cy="34" rx="5" ry="3"/><ellipse cx="44" cy="34" rx="5" ry="3"/><ellipse cx="36" cy="41" rx="5" ry="3"/></g>'
    ),
    "salted_egg": (
        '<ellipse cx="24" cy="38" rx="16" ry="20" fill="#CFE0DF"/><path d="M15 31c1-5 4-8 8-9" fill="none" stroke="#FFFFFF"/>'
        '<ellipse cx="47" cy="46" rx="18" ry="15" fill="#F7F4EA"/><circle cx="47" cy="46" r="8.5" fill="#E8862A"/>'
        '<path d="M43 42c1-2 3-3 5-3" fill="none" stroke="#F8C38A"/>'
    ),
    "roast_chicken": (
        '<ellipse cx="36" cy="56" rx="30" ry="7" fill="#F2EEE4"/>'
        '<path d="M12 44c0-14 12-23 25-23 12 0 20 8 20 18 0 11-9 17-22 17-14 0-23-4-23-12z" fill="#C1742F"/>'
        '<path d="M44 26c6 3 10 8 10 14 0 9-7 14-18 15 13 1 21-6 21-16 0-6-5-11-13-13z" fill="#96531D" stroke="none"/>'
        '<path d="M36 52c-2-8 4-14 11-13 4 0 6 2 8 4l7-3c2-1 4 1 3 3 2 1 1 4-1 4l-7 2c-3 6-15 9-21 3z" fill="#D48A3E"/>'
        '<path d="M20 34c3-4 7-6 12-7" fill="none" stroke="#EDB877"/>'
    ),
    "spicy_chicken": (
        '<ellipse cx="36" cy="46" rx="30" ry="15" fill="#F4EFE3"/><ellipse cx="36" cy="44" rx="24" ry="11" fill="#8F2E1B"/>'
        '<g fill="#C9822F"><path d="M18 40c2-6 10-6 12-1s-3 8-7 7-6-2-5-6z"/><path d="M36 36c4-4 11-2 11 3s-7 7-10 4-3-5-1-7z"/>'
        '<path d="M28 48c3-4 10-3 11 1s-6 6-9 4-3-3-2-5z"/><path d="M46 46c3-3 9-1 8 3s-6 4-8 2-1-4 0-5z"/></g>'
        '<path d="M31 38c-6-4-8-10-7-14 5 2 8 6 8 12M46 36c3-6 9-8 13-6-2 5-6 8-12 8" fill="#D63A28"/>'
    ),
    "fried_fish": (
        '<ellipse cx="36" cy="50" rx="31" ry="10" fill="#F4EFE3"/>'
        '<path d="M10 34c8-9 24-10 34-1l10-7c1 6 0 11-1 15 1 3 2 7 1 12l-10-6c-11 8-27 4-34-4-2-3-2-6 0-9z" fill="#B8772F"/>'
        '<circle cx="18" cy="36" r="1.6" fill="#3B3029"/><path d="M27 31c3 5 3 10 0 15M34 32c2 4 2 9 0 13M40 35c1 3 1 5 0 8" fill="none" stroke="#7C4817" stroke-width="1.7"/>'
    ),
    "mutton_soup": (
        '<path d="M24 22c-3-4 3-6 0-11M36 20c-3-4 3-6 0-11M48 22c-3-4 3-6 0-11" fill="none" stroke="#A79C8C"/>'
        '<path d="M6 36h60c0 16-10 28-22 28H28C16 64 6 52 6 36z" fill="#E9EEF1"/><ellipse cx="36" cy="36" rx="30" ry="9" fill="#F8F3E4"/>'
        '<path d="M12 50c12 6 36 6 48 0" fill="none" stroke="#2B5C8A"/>'
        '<g fill="#B98565" stroke-width="1.5"><path d="M20 35c4-4 10-3 12 0-3 4-9 4-12 0z"/><path d="M38 38c4-4 10-3 12 0-3 4-9 3-12 0z"/></g>'
        '<g fill="#5C9E31" stroke-width="1.2"><circle cx="36" cy="32" r="2.2"/><circle cx="48" cy="33" r="2.2"/><circle cx="28" cy="40" r="2.2"/></g>'
    ),
    "pancake_fold": (
        '<path d="M6 52L34 12c2-3 6-3 8 0l24 40c2 4 0 7-4 7H10c-4 0-6-4-4-7z" fill="#E9C98F"/>'
        '<path d="M38 10l-8 49M42 12l8 47" fill="none" stroke="#AE8342" stroke-width="1.7"/>'
        '<g fill="#B98845" stroke="none"><circle cx="22" cy="46" r="2"/><circle cx="27" cy="35" r="1.5"/><circle cx="40" cy="44" r="2"/><circle cx="55" cy="50" r="2"/><circle cx="38" cy="28" r="1.5"/></g>'
    ),
    "crisp_slices": (
        '<g fill="#F6D9A6"><ellipse cx="25" cy="29" rx="17" ry="14"/><ellipse cx="47" cy="33" rx="17" ry="14"/><ellipse cx="34" cy="49" rx="17" ry="13"/></g>'
        '<g fill="none" stroke="#C0392B" stroke-width="2.2"><path d="M9 25c3-9 14-13 24-9M38 22c9-5 21-1 25 7M20 56c5 7 19 8 27 1"/></g>'
        '<g fill="#A5672C" stroke-width="1"><ellipse cx="24" cy="28" rx="1.4" ry="3"/><ellipse cx="29" cy="29" rx="1.4" ry="3"/><ellipse cx="48" cy="33" rx="1.4" ry="3"/><ellipse cx="34" cy="49" rx="1.4" ry="3"/><ellipse cx="39" cy="49" rx="1.4" ry="3"/></g>'
    ),
    "date_chips": (
        '<g fill="#B5382A"><circle cx="24" cy="28" r="14"/><circle cx="48" cy="33" r="14"/><circle cx="31" cy="51" r="13"/></g>'
        '<g fill="#F0C98B"><circle cx="24" cy="28" r="8.5"/><circle cx="48" cy="33" r="8.5"/><circle cx="31" cy="51" r="8"/></g>'
        '<g fill="#FBF1DC" stroke-width="1.4"><circle cx="24" cy="28" r="3.6"/><circle cx="48" cy="33" r="3.6"/><circle cx="31" cy="51" r="3.6"/></g>'
    ),
    "date_walnut": (
        '<g transform="rotate(-12 26 32)"><ellipse cx="26" cy="32" rx="20" ry="12" fill="#A9301F"/><path d="M10 31c6-8 26-8 32 0-6 7-26 7-32 0z" fill="#E5C08A"/>'
        '<path d="M17 31c2-4 5-4 7 0M26 30c2-4 5-4 7 0" fill="none" stroke-width="1.5"/></g>'
        '<g transform="rotate(8 46 50)"><ellipse cx="46" cy="50" rx="20" ry="12" fill="#A9301F"/><path d="M30 49c6-8 26-8 32 0-6 7-26 7-32 0z" fill="#E5C08A"/>'
        '<path d="M37 49c2-4 5-4 7 0M46 48c2-4 5-4 7 0" fill="none" stroke-width="1.5"/></g>'
    ),
    "loofah": (
        '<path d="M22 10c6-5 15-3 17 3 5 14 13 28 13 43 0 8-8 11-14 8-8-3-7-13-9-22-2-12-13-25-7-32z" fill="#E2C98C"/>'
        '<path d="M25 14c5 14 14 32 17 50M34 12c3 14 13 30 15 46M24 24c5-2 11-3 16-3M27 36c6-3 12-4 18-4M30 48c6-3 13-4 20-4" fill="none" '
        'stroke="#A88747" stroke-width="1.5"/>'
    ),
    "towel": (
        '<path d="M8 34l28-12 28 12-28 13z" fill="#F3EEE2"/><path d="M8 34v7l28 13v-7zM64 34v7L36 54v-7z" fill="#D9D0BC"/>'
        '<path d="M8 43v7l28 13v-7zM64 43v7L36 63v-7z" fill="#4F7FA3"/><path d="M15 31l28 12M22 28l28 12" fill="none" stroke="#4F7FA3" stroke-width="2.6"/>'
    ),
    "bedsheet": (
        '<path d="M8 26l28-12 28 12-28 13z" fill="#C65B4A"/><path d="M8 26v24l28 13V39z" fill="#A84738"/><path d="M64 26v24L36 63V39z" fill="#8E392C"/>'
        '<path d="M17 22l28 13M27 18l28 12M8 34l28 13 28-13M8 42l28 13 28-13" fill="none" stroke="#F3E2C3" stroke-width="2"/>'
        '<path d="M20 33v24M52 33v24" fill="none" stroke="#F3E2C3" stroke-width="2"/>'
    ),
    "silk_quilt": (
        '<path d="M7 30c8-9 50-9 58 0v22c-8 9-50 9-58 0z" fill="#E9EDF2"/><path d="M7 41c9 7 49 7 58 0M7 30c9 7 49 7 58 0" fill="none" stroke-width="1.7"/>'
        '<path d="M30 25h12v33H30z" fill="#7FA7C4"/><path d="M36 34c-4-5-9-1-6 3 2 2 4 3 6 5 2-2 4-3 6-5 3-4-2-8-6-3z" fill="#F7E3E6" stroke-width="1.5"/>'
    ),
    "pillow": (
        '<path d="M9 22c9 3 45 3 54 0 4 9 4 23 0 32-9-3-45-3-54 0-4-9-4-23 0-32z" fill="#8FA6B5"/>'
        '<path d="M20 24v29M31 25v27M42 25v27M53 24v29" fill="none" stroke="#E8EEF1" stroke-width="2.2"/>'
    ),
    "chopping_board": (
        '<path d="M12 22c0-3 2-5 5-5h32c3 0 5 2 5 5v6h7c3 0 5 2 5 5v5c0 3-2 5-5 5h-7v9c0 3-2 5-5 5H17c-3 0-5-2-5-5z" fill="#C98F55"/>'
        '<circle cx="60" cy="35.5" r="2.2" fill="#F7EBD0"/><path d="M19 26c9 3 18-2 28 1M19 36c10 3 18-2 28 1M19 47c9 3 18-2 28 1" fill="none" stroke="#8E5B2B" stroke-width="1.5"/>'
    ),
    "comb": (
        '<path d="M8 22c14-10 42-10 56 0v12H8z" fill="#A5582F"/><path d="M8 34h5v20l-4 2zM64 34h-5v20l4 2z" fill="#8C4824"/>'
        '<path d="M16 34v21M20.5 34v22M25 34v23M29.5 34v23M34 34v24M38.5 34v24M43 34v23M47.5 34v23M52 34v22M56 34v21" fill="none" stroke="#7A3C1C" stroke-width="2.6"/>'
        '<path d="M17 26c12-5 26-5 38 0" fill="none" stroke="#D79A6B" stroke-width="1.7"/>'
    ),
    "cloth_shoe": (
        '<path d="M6 44c2-8 10-9 16-12 6-3 9-6 14-6 2 8 8 10 16 12 8 1 14 4 14 10v4H6z" fill="#30445C"/>'
        '<path d="M6 50h60c1 4-1 7-5 7H11c-4 0-6-3-5-7z" fill="#F4EDDD"/><path d="M22 32c4 6 10 8 18 8M10 53.5h52" fill="none" stroke="#D9C79F" stroke-width="1.6"/>'
        '<path d="M50 42l3-3 3 3-3 3z" fill="#D9513C" stroke-width="1.2"/>'
    ),
    "mugwort": (
        '<path d="M32 64C30 48 24 34 16 20M36 64V14M40 64c2-16 8-30 16-44" fill="none"/>'
        '<g fill="#7FA05A">'
        '<path d="M16 20c-7 0-10 4-10 8 5 2 9 0 12-4zM16 20c-2-6 0-10 4-12 3 4 3 9 0 13zM23 36c-7 0-10 4-10 8 6 2 10 0 12-4zM36 14c-5-4-5-8 0-12 5 4 5 8 0 12zM36 28c-7-1-10-5-9-9 6 0 9 3 9 9zM36 28c7-1 10-5 9-9-6 0-9 3-9 9z"/>'
        '<path d="M56 20c7 0 10 4 10 8-5 2-9 0-12-4zM56 20c2-6 0-10-4-12-3 4-3 9 0 13zM49 36c7 0 10 4 10 8-6 2-10 0-12-4z"/></g>'
        '<path d="M27 50h18v8H27z" fill="#B83A26"/>'
    ),
    "succulents": (
        '<g fill="#8FBF8A"><path d="M25 60c-10-2-16-9-16-17 9 0 15 6 16 17zM25 60c-6-9-5-18 0-24 6 6 6 15 0 24zM25 60c10-2 15-9 15-16-9 0-14 6-15 16z"/></g>'
        '<g fill="#D58FA0"><path d="M50 60c-7-2-11-8-11-14 7 0 11 6 11 14zM50 60c-4-8-3-15 1-20 5 6 4 14-1 20zM50 60c8-2 12-8 12-14-7 0-12 6-12 14z"/></g>'
        '<g fill="#6FA87B"><path d="M37 40c-6-3-8-9-6-14 6 2 8 8 6 14zM37 40c5-4 7-9 5-15-5 3-8 9-5 15z"/></g>'
    ),
    "ivy": (
        '<path d="M36 60C28 46 14 40 10 54M36 60c-2-18-12-26-16-34M36 60V22M36 60c2-18 12-26 16-34M36 60c8-14 22-20 26-6" fill="none" stroke="#3F7A2C"/>'
        '<g fill="#6FAE3C"><path d="M10 54c-6 1-7 7-4 12 6-1 8-7 4-12zM20 26c-9 1-13-5-12-11 8-1 13 4 12 11zM36 22c-8-4-9-12-4-17 8 3 10 11 4 17zM52 26c9 1 13-5 12-11-8-1-13 4-12 11zM62 54c6 1 7 7 4 12-6-1-8-7-4-12z"/></g>'
        '<g fill="#A6CF5A"><path d="M22 44c-8 3-13-1-14-7 8-2 13 1 14 7zM50 44c8 3 13-1 14-7-8-2-13 1-14 7z"/></g>'
    ),
    "chrysanthemum": (
        '<path d="M36 40v26" fill="none" stroke="#3F7A2C" stroke-width="3"/>'
        + _leaf(37, 60, 0, 1.1)
        + '<path d="M35 64c-3-6-9-8-14-6 2 6 8 9 14 6z" fill="#5C9E31"/>'
        '<g fill="#F1B31C" stroke-width="1.5">'
        + "".join(
            f'<ellipse cx="36" cy="12" rx="4" ry="11" transform="rotate({turn} 36 27)"/>'
            for turn in range(0, 360, 30)
        )
        + '</g><g fill="#FCEA8B" stroke-width="1.3">'
        + "".join(
            f'<ellipse cx="36" cy="19" rx="3" ry="6" transform="rotate({turn} 36 27)"/>'
            for turn in range(15, 375, 45)
        )
        + '</g><circle cx="36" cy="27" r="4" fill="#C77F12"/>'
    ),
    "elm_sapling": (
        '<path d="M36 66V30M36 50l-10-9M36 44l10-9" fill="none" stroke="#6A462F" stroke-width="3.4"/>'
        '<path d="M36 4c8 0 12 7 11 12 8 0 12 9 8 15-3 5-10 6-13 3-3 3-9 3-12 0-3 3-10 2-13-3-4-6 0-15 8-15-1-5 3-12 11-12z" fill="#7DB249"/>'
        '<path d="M28 24l3 4M42 20l3 4M36 12l2 3" fill="none" stroke-width="1.5"/>'
    ),
    "paper_cut": (
        '<path d="M36 5l9 8 12-1 2 12 9 8-6 10 3 12-12 3-5 11-12-4-12 4-5-11-12-3 3-12-6-10 9-8 2-12 12 1z" fill="#C8281F"/>'
        '<g fill="#FBF1E2" stroke="none"><path d="M36 18c3 5 3 9 0 13-3-4-3-8 0-13zM22 27c6 0 9 3 11 8-6 0-9-3-11-8zM50 27c-6 0-9 3-11 8 6 0 9-3 11-8z"/>'
        '<path d="M36 38c8 0 13 4 13 9-4 3-8 1-10-2 1 4 0 8-3 11-3-3-4-7-3-11-2 3-6 5-10 2 0-5 5-9 13-9z"/>'
        '<circle cx="17" cy="36" r="2.6"/><circle cx="55" cy="36" r="2.6"/><circle cx="24" cy="56" r="2.4"/><circle cx="48" cy="56" r="2.4"/><circle cx="22" cy="18" r="2.2"/><circle cx="50" cy="18" r="2.2"/></g>'
    ),
    "chinese_knot": (
        '<path d="M36 2v10M36 46v6" fill="none" stroke="#B83A26" stroke-width="3"/>'
        '<g fill="none" stroke-width="6.5"><path d="M36 12L52 29 36 46 20 29z"/><circle cx="17" cy="29" r="5"/><circle cx="55" cy="29" r="5"/></g>'
        '<g fill="none" stroke="#D63A28" stroke-width="3.6"><circle cx="17" cy="29" r="5"/><circle cx="55" cy="29" r="5"/><path d="M36 12L52 29 36 46 20 29z"/><path d="M28 20.5L44 37.5M44 20.5L28 37.5"/></g>'
        '<path d="M31 52h10l3 17H28z" fill="#C8281F"/><path d="M33 54l-1 14M36 54v14M39 54l1 14" fill="none" stroke-width="1.3"/>'
        '<circle cx="36" cy="29" r="3.5" fill="#F1B31C"/>'
    ),
    "luban_lock": (
        '<g fill="#C08A50"><path d="M27 6h8v60h-8z" /><path d="M37 6h8v60h-8z" fill="#A87340"/></g>'
        '<g fill="#D9A86A"><path d="M6 25h60v8H6z"/><path d="M6 36h60v8H6z" fill="#B98449"/></g>'
        '<path d="M25 23l22-6 6 6v24l-8 6H25z" fill="#E3BC84"/><path d="M25 29h28M25 41h28M34 20v33M44 18v35" fill="none" stroke-width="1.5"/>'
    ),
    "cloth_tiger": (
        '<path d="M12 40c-4-14 8-26 24-26s28 12 24 26c4 14-8 24-24 24S8 54 12 40z" fill="#F1A52B"/>'
        '<path d="M14 24c-6-3-7-11-2-14 5-1 10 3 11 8M58 24c6-3 7-11 2-14-5-1-10 3-11 8" fill="#D63A28"/>'
        '<path d="M30 20h12M31 26h10M36 17v13" fill="none" stroke-width="2.6"/>'
        '<circle cx="25" cy="38" r="6.5" fill="#FFFFFF"/><circle cx="47" cy="38" r="6.5" fill="#FFFFFF"/><circle cx="25" cy="38" r="2.8" fill="#2E6B4F"/><circle cx="47" cy="38" r="2.8" fill="#2E6B4F"/>'
        '<path d="M31 46h10l-5 5z" fill="#C8281F"/><path d="M36 51v4M27 55c5 4 13 4 18 0M14 48l-8 2M15 53l-7 4M58 48l8 2M57 53l7 4" fill="none"/>'
        '<g fill="#E86F86" stroke-width="1.2"><circle cx="18" cy="47" r="2.6"/><circle cx="54" cy="47" r="2.6"/></g>'
    ),
    "sachet": (
        '<path d="M36 4v14" fill="none" stroke="#B83A26" stroke-width="2.6"/><path d="M27 18h18l-4 6H31z" fill="#F1B31C"/>'
        '<path d="M31 24h10c10 6 17 14 17 23 0 8-9 11-22 11S14 55 14 47c0-9 7-17 17-23z" fill="#3E7C7A"/>'
        '<path d="M36 33c3 4 8 2 8 7s-4 7-8 11c-4-4-8-6-8-11s5-3 8-7z" fill="#F2B8C0" stroke-width="1.5"/><circle cx="36" cy="42" r="2.3" fill="#F1B31C" stroke-width="1.2"/>'
        '<path d="M30 58l-2 11M36 58v12M42 58l2 11" fill="none" stroke="#B83A26" stroke-width="2.6"/>'
    ),
    "straw_hat": (
        '<ellipse cx="36" cy="48" rx="31" ry="11" fill="#E8C979"/><path d="M18 46c0-18 7-26 18-26s18 8 18 26c-9 6-27 6-36 0z" fill="#F1D890"/>'
        '<path d="M18 42c9 6 27 6 36 0v5c-9 6-27 6-36 0z" fill="#2E6B4F"/><path d="M23 34c8 4 18 4 26 0M26 27c6 3 14 3 20 0M12 52c14 6 34 6 48 0" fill="none" stroke="#B08F3C" stroke-width="1.5"/>'
    ),
    "crock": (
        '<ellipse cx="36" cy="15" rx="13" ry="4.5" fill="#6E4A33"/><path d="M23 15v6c-9 3-14 10-14 19 0 12 9 24 16 26h22c7-2 16-14 16-26 0-9-5-16-14-19v-6c-4 4-22 4-26 0z" fill="#8B5E3C"/>'
        '<path d="M50 22c8 4 10 22-6 44h3c7-2 16-14 16-26 0-9-5-15-13-18z" fill="#6A4429" stroke="none"/><path d="M30 10c0-4 12-4 12 0l3 4H27z" fill="#A87650"/>'
        '<path d="M10 38c12 6 40 6 52 0" fill="none" stroke="#D8B48C" stroke-width="2"/><path d="M28 46h16v13H28z" fill="#B83A26"/>'
    ),
    "tea_set": (
        '<path d="M14 34c-6-3-9 1-9 6s6 9 12 8" fill="none" stroke-width="4"/><path d="M50 36l12-9 3 4-11 14" fill="#3A3D42"/>'
        '<path d="M12 38c0-10 9-15 21-15s21 5 21 15-7 20-14 21H26c-7-1-14-11-14-21z" fill="#3A3D42"/><path d="M24 23c0-6 18-6 18 0z" fill="#4E5258"/><circle cx="33" cy="16" r="3" fill="#4E5258"/>'
        '<path d="M20 34c2-4 6-6 11-6" fill="none" stroke="#8D949C"/><path d="M48 54h18c0 6-3 10-6 10h-6c-3 0-6-4-6-10z" fill="#4E5258"/>'
    ),
    "vase": (
        '<path d="M28 8h16c0 6-3 9-3 14 9 5 14 13 14 22s-6 16-12 20H29c-6-4-12-11-12-20s5-17 14-22c0-5-3-8-3-14z" fill="#34373C"/>'
        '<path d="M23 38c1-5 4-9 8-11" fill="none" stroke="#878E96"/><path d="M18 42c4-3 8 3 12 0s8 3 12 0 8 3 12 0M18 48c4-3 8 3 12 0s8 3 12 0 8 3 12 0" fill="none" stroke="#9AA1A8" stroke-width="1.6"/>'
    ),
    "willow_lantern": (
        '<path d="M36 2v8" fill="none" stroke-width="3"/><path d="M24 10h24v5H24zM24 58h24v5H24z" fill="#8A5A34"/>'
        '<path d="M24 15h24c8 6 12 13 12 21.5S56 52 48 58H24c-8-6-12-13-12-21.5S16 21 24 15z" fill="#F6D889"/>'
        '<path d="M12 36h48M15 25h42M15 48h42M26 15c-7 13-7 30 0 43M36 15v43M46 15c7 13 7 30 0 43" fill="none" stroke="#A9783C" stroke-width="2.2"/><path d="M36 63v7" fill="none" stroke="#B83A26" stroke-width="3"/>'
    ),
    "kite": (
        '<path d="M36 40c-4-12-14-22-28-24-2 10 2 18 10 21-6 3-8 9-6 14 9 1 18-3 24-11zM36 40c4-12 14-22 28-24 2 10-2 18-10 21 6 3 8 9 6 14-9 1-18-3-24-11z" fill="#E4574A"/>'
        '<path d="M14 22c6 2 12 7 16 13M58 22c-6 2-12 7-16 13" fill="none" stroke="#FCEA8B" stroke-width="3"/><g fill="#61B2E4" stroke-width="1.4"><circle cx="19" cy="29" r="3"/><circle cx="53" cy="29" r="3"/><circle cx="20" cy="46" r="2.5"/><circle cx="52" cy="46" r="2.5"/></g>'
        '<ellipse cx="36" cy="41" rx="3.5" ry="12" fill="#F1B31C"/><path d="M34 30c-2-5-5-7-8-8M38 30c2-5 5-7 8-8M36 53c-3 5 4 7 1 13" fill="none"/>'
    ),
    "laundry_basket": (
        '<path d="M12 26h48l-6 40H18z" fill="#C9955A"/><path d="M10 20h52v8H10z" fill="#A9753D"/>'
        '<path d="M15 38h42M16 48h40M17 58h38M22 28l3 38M31 28l2 38M41 28l-2 38M50 28l-3 38" fill="none" stroke="#8A5A2B" stroke-width="1.7"/>'
        '<path d="M16 20c0-10 8-9 12-6 4-8 14-8 16-1 5-4 12-2 12 7z" fill="#E9EEF2"/><path d="M28 14c2 2 3 4 3 6M44 13c-2 2-3 4-3 7" fill="none" stroke-width="1.5"/>'
    ),
}
