#!/bin/sh
# Can THIS machine reach Feishu? For the host that runs the CAN server, or inside its container.
# Made by feishu-wizard. Run it with:  sh check.sh > answer.json
#
# What it does: asks the addresses below once each, with curl or else with wget, and prints what
#   these programs reported as one JSON object. No other host is asked.
# What it does not: it writes no file, needs no root, installs nothing and knows no secret. Feishu
#   is asked without any credential and is expected to refuse. Passwords in proxy variables and
#   cookies are left out of what is printed. Every step ends by itself.
# If https traffic is inspected here, name your company's CA file (PEM):
#   FEISHU_CHECK_CA=/path/ca.pem sh check.sh > answer.json
set -u

OPEN_URL=@OPEN_URL@
ACCOUNTS_URL=@ACCOUNTS_URL@
CAN_URL=@CAN_URL@ # CAN's own page; may be empty
SECONDS_EACH=10
CA_FILE=${FEISHU_CHECK_CA-}

# English messages; and no settings, cookies or passwords out of a home folder.
LC_ALL=C HOME=/dev/null
export LC_ALL HOME
MARK="answer-$$-$(date +%s)"
JSON='Content-Type: application/json; charset=utf-8'

have() { command -v "$1" > /dev/null 2>&1; }

if have curl; then
  TOOL=$(curl -q --version 2> /dev/null | head -n 1)
elif have wget; then
  TOOL=$(wget --version 2>&1 | grep -E '^(GNU Wget|BusyBox)' | head -n 1)
  TOOL="wget ($TOOL)"
else
  TOOL=none
fi

# Run a command; end it, and what it started, when it takes too long.
bounded() {
  if have setsid; then set -- setsid "$@"; fi
  "$@" &
  child=$!
  watch "$child" > /dev/null 2>&1 3>&- &
  watcher=$!
  wait "$child"
  code=$?
  kill "$watcher" 2> /dev/null
  wait "$watcher" 2> /dev/null
  return "$code"
}
watch() {
  trap 'kill "$!"; wait; exit' TERM
  sleep "$((SECONDS_EACH + 2))" &
  wait "$!"
  kill -s TERM -- "-$1" || kill "$1"
}

# fetch METHOD URL: the page to stdout, what the program tells about it to stderr.
fetch() {
  method=$1 url=$2
  case $TOOL in
    curl*)
      set -- curl -q -g -sSv -m "$SECONDS_EACH" --tlsv1.2 -w "<$MARK status=%{http_code} \
ip=%{remote_ip} port=%{remote_port} name=%{time_namelookup} connect=%{time_connect} \
tls=%{time_appconnect} total=%{time_total} verify=%{ssl_verify_result} tunnel=%{http_connect}"
      [ -z "$CA_FILE" ] || set -- "$@" --cacert "$CA_FILE"
      [ "$method" = GET ] || set -- "$@" -H "$JSON" -d '{}'
      ;;
    *GNU*)
      set -- wget --no-config -S -O - -T "$SECONDS_EACH" -t 1 --max-redirect=0 --content-on-error
      [ -z "$CA_FILE" ] || set -- "$@" "--ca-certificate=$CA_FILE"
      [ "$method" = GET ] || set -- "$@" "--header=$JSON" '--post-data={}'
      ;;
    *) # BusyBox; its -T crashes in some builds
      set -- wget -S -O -
      [ "$method" = GET ] || set -- "$@" --header "$JSON" --post-data '{}'
      ;;
  esac
  bounded "$@" "$url"
}

# Of the page: its title, or the beginning when it is JSON.
page() {
  head -c 300000 | tr '\r\n\t' '   ' | tr '<' '\n' | sed -n -e '1s/^ *{/json {/p' \
    -e 's/^[Tt][Ii][Tt][Ll][Ee][^>]*> */title /p' -e "s/^$MARK/timing/p" | cut -c1-600 | head -n 9
}

# Of what curl or wget tells: connection, certificate, status and clock; nothing before an @.
talk() {
  tr -d '\r' | sed -e 's#//.*@#//#' -e 's#[^ ]*@##g' -e 's/bad port .*/bad port/' \
    -e "s/^$MARK //" | grep -iE \
    -e '^(exit=|curl: \(|wget: |Resolving |Connecting to |ERROR: |Error |Unable to |Read error )' \
    -e '^(OpenSSL: |GnuTLS: |Proxy |HTTP request sent|No data |Giving up)' \
    -e '^(\*|<)?[[:space:]]+(HTTP/[0-9]|date: |proxy-authenticate: |x-tt-logid: |issuer: )' \
    -e '^\* (SSL connection using|Connected to|connect to .* failed: |TLSv[0-9.]+ .*alert|SSL certificate problem)' \
    -e '^  (Self-signed|Unable|Issued|The certificate)' | cut -c1-300 | head -n 40
}

# Everything about one address, a line each.
ask() {
  { { { fetch "$1" "$2" 3>&-; echo "$MARK exit=$?" >&2; } | page >&3; } 2>&1 | talk; } 3>&1
}

# Who issued a certificate that curl does not trust. Nothing is believed that this page says.
issuer() {
  bounded curl -q -g -ksv -m "$SECONDS_EACH" -o /dev/null "$1" 2>&1 |
    grep -E '^\*[[:space:]]+issuer: ' | cut -c1-300 | head -n 2
}

# The addresses that this machine knows for the host of an address.
names() {
  host=${1#*://} host=${host%%/*}
  case $host in *\]*) return ;; esac
  have getent && bounded getent ahosts "${host%:*}" 2> /dev/null |
    sed -n 's/ *STREAM.*//p' | sed 's/^/address /' | head -n 8
}

quoted() { tr -d '\000-\011\013-\037\177' | sed -e 's/[\\"]/\\&/g' -e 's/.*/"&"/' -e '$!s/$/,/'; }
text() { printf '%s\n' "$1" | head -n 1 | quoted; }

# check PLACE METHOD URL: one entry of "checks".
check() {
  began=$(date +%s)
  said=$([ "$TOOL" = none ] || ask "$2" "$3")
  ended=$(date +%s)
  case $said in *exit=60*) said="$said
$(issuer "$3")" ;; esac
  [ "$2" = POST ] || said="$said
$(names "$3")"
  printf '%s{"place":"%s","method":"%s","url":%s,"at":"%s","ended":"%s","said":[\n%s\n]}' \
    "$comma" "$1" "$2" "$(text "$3")" "$began" "$ended" "$(printf '%s\n' "$said" | quoted)"
  comma=',
'
}

printf '{"schema":"feishu-wizard/server-check/1","shell":"sh","host":%s,"system":%s,\n' \
  "$(text "$(uname -n)")" "$(text "$(uname -sr)")"
printf '"at":"%s","tool":%s,"seconds":"%s","ca_file":%s,\n"environment":[\n%s\n],\n"checks":[\n' \
  "$(date -u +%Y-%m-%dT%H:%M:%SZ)" "$(text "$TOOL")" "$SECONDS_EACH" "$(text "$CA_FILE")" \
  "$(env | grep -iE '^(https?|all|no)_proxy=' |
    sed -e 's#//.*@#//#' -e 's#=.*@#=#' | cut -c1-300 | quoted)"
comma=''
check open GET "$OPEN_URL/open-apis/bot/v3/info"
check open POST "$OPEN_URL/open-apis/auth/v3/tenant_access_token/internal"
check accounts GET "$ACCOUNTS_URL/"
[ -z "$CAN_URL" ] || check can GET "$CAN_URL"
printf '\n],"complete":true}\n'
