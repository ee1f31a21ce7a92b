"""Tests of the campaign pages."""

from __future__ import annotations

from tests.charity import making


def test_smoke(session, client):
    house = making.make_house(session)
    campaign = making.make_campaign(session, house)
    session.commit()
    for url in ("/charity/campaigns", f"/charity/campaigns/{campaign.slug}", f"/charity/campaigns/{campaign.slug}/ledger", f"/charity/campaigns/{campaign.slug}/plan"):
        print(client.get(url).text)
    client.sign_in(house.officer)
    for url in ("/charity/desk", f"/charity/desk/campaigns/{campaign.public_id}", f"/charity/desk/campaigns/{campaign.public_id}/gifts", "/charity/my-gifts"):
        print(client.get(url).text)
