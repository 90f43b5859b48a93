"""Titles: what a check looks at, and what kind of thing failed."""

from __future__ import annotations

from feishu_wizard.text.catalog import N_, _

_PLACES = {
    "open": N_("Feishu Open Platform"),
    "accounts": N_("Feishu login host"),
    "can": N_("CAN server"),
}
_LAYERS = {
    "dns": N_("name lookup (DNS)"),
    "tcp": N_("connection"),
    "tls": N_("certificate (TLS)"),
    "http": N_("answer (HTTP)"),
    "clock": N_("clock"),
}
_CHECKS = {
    "setup.file": N_("Setup file"),
    "setup.secrets": N_("Stored secrets"),
    "setup.state": N_("Stored state of this program"),
    "net.proxy": N_("Proxy"),
    "feishu.fingerprint": N_("Is it Feishu that answers"),
    "feishu.credentials": N_("App ID and App Secret"),
    "feishu.tenant": N_("Company (tenant)"),
    "feishu.app": N_("App status and release"),
    "feishu.bot": N_("Bot"),
    "feishu.ip_allowlist": N_("IP allow-list of the app"),
    "feishu.quota": N_("API call quota"),
    "feishu.contact_range": N_("Contacts range"),
    "feishu.fields": N_("Fields of a user"),
    "feishu.redirect_url": N_("Redirect URL"),
    "feishu.availability": N_("Availability"),
    "feishu.release": N_("Released version"),
    "permission.user_id": N_("Permission: get user ID"),
    "permission.mobile": N_("Permission: get user mobile number"),
    "permission.email": N_("Permission: get user email information"),
    "permission.send_message": N_("Permission: send messages as the app"),
    "permission.login": N_("Authorized login"),
    "permission.urgent": N_("Permission: send urgent messages"),
    "permission.contact_base": N_("Permission: basic contact information"),
    "permission.user_base": N_("Permission: basic user information"),
    "permission.department": N_("Permission: department information"),
    "permission.employee": N_("Permission: employment information"),
    "permission.department_name": N_("Permission: names of departments"),
    "permission.department_tree": N_("Permission: tree of departments"),
    "permission.find_ids": N_("Permission: find users by mobile or email"),
    "permission.self_manage": N_("Permission: manage the app's own resources"),
    "permission.chats": N_("Permission: group information"),
    "can.profile": N_("Settings interface of CAN"),
    "can.auth": N_("Key for CAN"),
    "can.admin": N_("Administrator right in CAN"),
    "can.status": N_("Feishu switch in CAN"),
    "can.saved": N_("Configuration stored in CAN"),
    "can.egress": N_("CAN server's way to Feishu"),
    "person.exists": N_("Person known to Feishu"),
    "person.active": N_("Person's account is active"),
    "person.in_range": N_("Person is inside the contacts range"),
    "person.available": N_("Person is inside the app's availability"),
    "person.user_id": N_("Person's user ID"),
    "person.account": N_("Person's CAN account"),
    "person.delivered": N_("Message to the person"),
    "capability.user_sync": N_("User information sync"),
    "capability.sso": N_("Single sign-on"),
    "capability.push": N_("Push of monitoring messages"),
}
_SYNC = {
    "complete": N_("What was read"),
    "refused": N_("Parts that were refused"),
    "unreadable": N_("Entries that could not be read"),
    "count": N_("Number of people"),
    "range": N_("Contacts range"),
    "user_id": N_("User IDs"),
    "name": N_("Names"),
    "mobile": N_("Mobile numbers"),
    "email": N_("E-mail addresses"),
    "department": N_("Departments"),
    "state": N_("Status of people"),
    "states": N_("Status of people"),
    "foreign_mobile": N_("Mobile numbers from abroad"),
    "mobile_prefix": N_("Form of mobile numbers"),
    "duplicate_user_id": N_("User IDs that several people have"),
    "duplicate_email": N_("E-mail addresses that several people have"),
    "duplicate_enterprise_email": N_("Enterprise e-mail addresses that several people have"),
    "duplicate_mobile": N_("Mobile numbers that several people have"),
    "crossed_mail": N_("E-mail addresses that several people have"),
    "odd_name": N_("Unusual names"),
    "outside": N_("People without a department"),
    "root_people": N_("People directly under the company"),
    "pages": N_("Large departments"),
    "depth": N_("Nested departments"),
}
_FAMILIES = {
    "net.tls": N_("Certificate"),
    "net.proxy": N_("Proxy"),
    "net": N_("Network"),
    "feishu": N_("Feishu Open Platform"),
    "can": N_("CAN server"),
    "setup": N_("Setup file"),
    "file": N_("File"),
    "secret": N_("Secret"),
    "keyring": N_("Password store"),
    "profile": N_("Deployment profile"),
    "address": N_("Address"),
    "paste": N_("Pasted value"),
    "recipient": N_("Recipient"),
    "delivery": N_("Delivery"),
    "permission": N_("Permission"),
    "plan": N_("Release plan"),
    "login": N_("Sign-in"),
    "oauth": N_("Sign-in"),
    "sandbox": N_("Sandbox"),
    "draft": N_("Last session"),
    "report": N_("Report"),
    "compare": N_("Comparison of two reports"),
    "diagnose": N_("Diagnosis"),
    "diagnosis": N_("Diagnosis"),
    "server": N_("Server check"),
    "server_check": N_("Server check"),
    "credentials": N_("App ID and App Secret"),
    "redirect": N_("Redirect URL"),
    "sync": N_("User information sync"),
    "person": N_("Person"),
    "internal": N_("Fault in this program"),
}


def check_title(check_id: str) -> str:
    """Return the title of a check id of the diagnosis format; an unknown id stays as it is."""
    if check_id in _CHECKS:
        return _(_CHECKS[check_id])
    group, _dot, rest = check_id.partition(".")
    place, _dot, layer = rest.partition(".")
    if group == "net" and place in _PLACES and layer in _LAYERS:
        return _("{place}: {layer}").format(place=_(_PLACES[place]), layer=_(_LAYERS[layer]))
    if group == "sync" and rest in _SYNC:
        return _(_SYNC[rest])
    if group == "permission":
        return _("Permission: {name}").format(name=rest)
    return check_id


def is_check(check_id: str) -> bool:
    """Tell whether this is a check id of the diagnosis format."""
    return check_id.startswith("permission.") or check_title(check_id) != check_id


def error_title(code: str) -> str:
    """Return a heading for a code that belongs to no check."""
    parts = code.split(".")
    for length in range(len(parts), 0, -1):
        family = _FAMILIES.get(".".join(parts[:length]))
        if family:
            return _(family)
    return _("Not as expected")
