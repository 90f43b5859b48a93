# Can THIS machine reach Feishu? For the Windows host that runs the CAN server.
# Made by feishu-wizard. NOT YET TRIED on a real Windows; written for PowerShell 5.1 and newer.
# Run it with:  powershell -ExecutionPolicy Bypass -File check.ps1 > answer.json
#
# What it does: asks the addresses below once each, by the proxy of this system, and prints what
#   happened as one JSON object. No other host is asked.
# What it does not: it writes no file, needs no administrator, installs nothing and knows no
#   secret. Feishu is asked without any credential and is expected to refuse. Passwords in proxy
#   settings and cookies are left out of what is printed. Every step ends by itself.
# Certificates are judged by this system's own store; import your company's CA there.
Set-StrictMode -Version 2
$ErrorActionPreference = 'Stop'

$OpenUrl = @OPEN_URL@
$AccountsUrl = @ACCOUNTS_URL@
$CanUrl = @CAN_URL@ # CAN's own page; may be empty
$SecondsEach = 10

$Epoch = New-Object DateTime 1970, 1, 1, 0, 0, 0, ([DateTimeKind]::Utc)
[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor 3072

function Get-Moment { [string][long]([DateTime]::UtcNow - $Epoch).TotalSeconds }

function Hide-User([string]$Text) { $Text -replace '//.*@', '//' -replace '=.*@', '=' }

# At most 4000 characters of a page, within the time that is left.
function Read-Page($Response, $Clock) {
    $stream = $Response.GetResponseStream()
    $stream.ReadTimeout = 1000 * $SecondsEach
    $buffer = New-Object byte[] 4000
    $count = 0
    while ($count -lt $buffer.Length) {
        if ($Clock.Elapsed.TotalSeconds -gt $SecondsEach) { throw (New-Object TimeoutException) }
        $got = $stream.Read($buffer, $count, $buffer.Length - $count)
        if ($got -le 0) { break }
        $count += $got
    }
    [Text.Encoding]::UTF8.GetString($buffer, 0, $count)
}

# Of an answer: status, clock, the ways a proxy asks for, its title or the beginning of its JSON.
function Get-Said($Response, $Clock) {
    'HTTP/{0} {1}' -f $Response.ProtocolVersion, [int]$Response.StatusCode
    if ($Response.Headers['Date']) { 'date: ' + $Response.Headers['Date'] }
    foreach ($way in @($Response.Headers.GetValues('Proxy-Authenticate'))) {
        if ($way) { 'proxy-authenticate: ' + $way }
    }
    $page = (Read-Page $Response $Clock) -replace '[\r\n\t]', ' '
    if ($page -match '^\s*\{') { 'json ' + $page.Trim().Substring(0, [Math]::Min(600, $page.Trim().Length)) }
    elseif ($page -match '<title[^>]*>\s*([^<]*)') { 'title ' + $Matches[1].Trim() }
}

# Everything about one address, a line each. The words after "result" are those of WebException.
function Invoke-Ask([string]$Method, [string]$Url) {
    $clock = [Diagnostics.Stopwatch]::StartNew()
    $uri = New-Object Uri $Url
    $way = [Net.WebRequest]::DefaultWebProxy
    if ($way -and -not $way.IsBypassed($uri)) { Hide-User ('proxy ' + $way.GetProxy($uri)) }
    try {
        foreach ($found in @([Net.Dns]::GetHostAddresses($uri.DnsSafeHost))) { 'address ' + $found }
    } catch { 'message ' + $_.Exception.Message }
    $response = $null
    try {
        $request = [Net.WebRequest]::Create($uri)
        $request.Method = $Method
        $request.Timeout = 1000 * $SecondsEach
        $request.AllowAutoRedirect = $false
        if ($Method -eq 'POST') {
            $request.ContentType = 'application/json; charset=utf-8'
            $body = [Text.Encoding]::UTF8.GetBytes('{}')
            $request.ContentLength = $body.Length
            $sink = $request.GetRequestStream()
            $sink.Write($body, 0, $body.Length)
            $sink.Close()
        }
        $response = $request.GetResponse()
        Get-Said $response $clock
        'result Success'
    } catch {
        $failed = $_.Exception
        while ($failed.InnerException -and -not ($failed -is [Net.WebException])) { $failed = $failed.InnerException }
        $result = 'Timeout'
        if ($failed -is [Net.WebException]) { $result = [string]$failed.Status }
        elseif (-not ($failed -is [TimeoutException])) { $result = $failed.GetType().Name }
        if ($result -eq 'ProtocolError') {
            $response = $failed.Response
            try { Get-Said $response $clock } catch { $result = 'Timeout' }
        }
        'result ' + $result
        $inner = $failed
        while ($inner) { Hide-User ('message ' + $inner.Message); $inner = $inner.InnerException }
    } finally {
        if ($response) { $response.Close() }
    }
    'ms ' + [long]$clock.ElapsedMilliseconds
}

# One entry of "checks".
function New-Check([string]$Place, [string]$Method, [string]$Url) {
    $began = Get-Moment
    $said = @(Invoke-Ask $Method $Url | ForEach-Object { ([string]$_).Substring(0, [Math]::Min(600, ([string]$_).Length)) })
    @{ place = $Place; method = $Method; url = $Url; at = $began; ended = Get-Moment; said = $said }
}

$checks = @(
    New-Check 'open' 'GET' ($OpenUrl + '/open-apis/bot/v3/info')
    New-Check 'open' 'POST' ($OpenUrl + '/open-apis/auth/v3/tenant_access_token/internal')
    New-Check 'accounts' 'GET' ($AccountsUrl + '/')
    if ($CanUrl) { New-Check 'can' 'GET' $CanUrl }
)
$environment = @(Get-ChildItem Env: | Where-Object { $_.Name -match '^(https?|all|no)_proxy$' } |
    ForEach-Object { Hide-User ($_.Name + '=' + $_.Value) })
$answer = New-Object Collections.Specialized.OrderedDictionary
$answer['schema'] = 'feishu-wizard/server-check/1'
$answer['shell'] = 'powershell'
$answer['host'] = [string][Environment]::MachineName
$answer['system'] = [string][Environment]::OSVersion
$answer['at'] = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')
$answer['tool'] = 'powershell ' + $PSVersionTable.PSVersion
$answer['seconds'] = [string]$SecondsEach
$answer['ca_file'] = ''
$answer['environment'] = $environment
$answer['checks'] = $checks
$answer['complete'] = $true
ConvertTo-Json $answer -Depth 4 -Compress
