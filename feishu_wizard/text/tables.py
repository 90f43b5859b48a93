"""The texts of links, fields and values, by code. Marked here, translated where they are shown."""

from __future__ import annotations

from feishu_wizard.text.catalog import N_

LINKS = {
    "platform_help": N_("What the platform says about it"),
    "console_apps": N_("Open the list of apps in the developer console"),
    "console_baseinfo": N_("Open Credentials & Basic Info"),
    "console_auth": N_("Open Permissions & Scopes"),
    "console_safe": N_("Open Security Settings"),
    "console_bot": N_("Open the Bot page"),
    "console_version": N_("Open Version Management & Release"),
    "console_event": N_("Open Events & Callbacks"),
    "console_audit": N_("Open App Review in the Feishu admin console"),
    "console_manage": N_("Open the app in the Feishu admin console"),
    "can_web": N_("Open CAN"),
}
PAGES = {
    "apps": N_("Developer console"),
    "baseinfo": N_("Credentials & Basic Info"),
    "auth": N_("Permissions & Scopes"),
    "safe": N_("Security Settings"),
    "bot": N_("Add Features > Bot"),
    "version": N_("Version Management & Release"),
    "event": N_("Events & Callbacks"),
    "audit": N_("Admin console > Workplace > App Review"),
    "manage": N_("Admin console > Workplace > App Management"),
}
CAPABILITIES = {
    "user_sync": N_("User information sync"),
    "sso": N_("Single sign-on"),
    "push": N_("Push of monitoring messages"),
}
CAPABILITY_MEANINGS = {
    "user_sync": N_("CAN takes over people and their data from the Feishu contacts."),
    "sso": N_("People sign in to CAN with their Feishu account."),
    "push": N_("CAN sends alerts and other messages to people in Feishu."),
}
EDITIONS = {
    "feishu": N_("Feishu (feishu.cn)"),
    "lark": N_("Lark (larksuite.com)"),
    "private": N_("Private deployment"),
}
TARGETS = {
    "can": N_("CAN server"),
    "file": N_("File"),
    "by_hand": N_("By hand in CAN's page"),
}
ACTS = {
    "keep": N_("stays"),
    "set": N_("will be set"),
    "replace": N_("will be replaced"),
    "unknown": N_("will be written; the server does not show the present value"),
}
RECIPIENT_KINDS = {
    "can_account": N_("CAN account (as CAN will send it)"),
    "user_id": N_("Feishu user ID (user_id)"),
    "open_id": N_("Open ID (open_id)"),
    "union_id": N_("Union ID (union_id)"),
    "email": N_("E-mail address"),
    "mobile": N_("Mobile number"),
    "chat_id": N_("Group chat (chat_id)"),
}
RECIPIENT_PROOFS = {
    "can_account": N_(
        "CAN uses the account name as the Feishu user ID. This is the test that counts for push."
    ),
    "user_id": N_(
        "Proves that the app can send. Whether CAN's account name equals this user ID is not shown."
    ),
    "open_id": N_(
        "Proves that the app can send. CAN does not use open IDs, so it says nothing about "
        "accounts."
    ),
    "union_id": N_(
        "Proves that the app can send. CAN does not use union IDs, so it says nothing about "
        "accounts."
    ),
    "email": N_(
        "Proves that the app can send. CAN does not send by e-mail address, so it says nothing "
        "about accounts."
    ),
    "mobile": N_(
        "Proves that the app can send. CAN does not send by mobile number, so it says nothing "
        "about accounts."
    ),
    "chat_id": N_(
        "Proves that the bot can write into this group. It says nothing about single persons."
    ),
}
DELIVERIES = {
    "delivered": N_("Accepted by Feishu"),
    "refused": N_("Refused"),
    "unknown": N_("Outcome not known"),
    "left_out": N_("Not sent"),
    "recalled": N_("Recalled"),
}
PLACES = {
    "keyring": N_("password store of this computer"),
    "session": N_("memory, until the program is closed"),
    "file": N_("file that only you can read"),
}
FIELDS = {
    "can_url": N_("Address of CAN"),
    "app_id": N_("App ID"),
    "app_secret": N_("App Secret"),
    "callback_url": N_("Callback URL"),
    "callback": N_("Callback URL"),
    "enabled": N_("Feishu integration switch"),
    "edition": N_("Edition"),
    "open_url": N_("Address of the open platform"),
    "accounts_url": N_("Address of the login host"),
    "proxy": N_("Proxy"),
    "proxy_user": N_("Proxy user name"),
    "proxy_password": N_("Proxy password"),
    "ca_file": N_("CA certificate file"),
    "capabilities": N_("Capabilities"),
    "recipients": N_("Recipients"),
    "file_path": N_("File"),
    "tenant_id": N_("Tenant ID in CAN"),
    "api_key": N_("API key of CAN"),
    "api_base": N_("Base address of CAN's interface"),
    "url": N_("Address of CAN"),
    "profile": N_("Deployment profile"),
}
DIFFERENCES = {
    "http_registered": N_("http is registered, https is needed"),
    "https_registered": N_("https is registered, http is needed"),
    "loopback": N_("the names of this computer differ"),
    "idn": N_("the host is written in another way"),
    "host": N_("the host differs"),
    "host_case": N_("capital and small letters of the host differ"),
    "default_port": N_("only one of them writes the port"),
    "port": N_("the port differs"),
    "path": N_("the path differs"),
    "trailing_slash": N_("one ends with a slash"),
    "percent_encoding": N_("one writes a character with %"),
    "case": N_("capital and small letters differ"),
    "doubled_registered": N_("a part of the registered path stands twice"),
    "doubled_wanted": N_("a part of the path of the callback URL stands twice"),
    "query": N_("what follows ? or # differs; Feishu ignores it"),
}
ROUTES = {
    "setting": N_("as set here"),
    "none": N_("as set here"),
    "environment": N_("from the environment variables"),
    "system": N_("from the system settings"),
    "portal": N_("from the proxy settings of the desktop"),
    "pac": N_("from the PAC script of the system"),
    "unset": N_("no proxy is set"),
    "loopback": N_("this computer itself"),
    "no_proxy": N_("an exception of the proxy settings"),
}
OPERATIONS = {
    "get": N_("read"),
    "save": N_("save"),
    "enable": N_("switch on"),
    "test": N_("test"),
}
