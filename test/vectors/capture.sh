#!/bin/bash
# Makes the captures that the vectors of this folder are cut from: real Debian servers and clients, talking to each other
# in network namespaces of their own (dwv-server, dwv-router, dwv-client). Needs root, tcpdump and the Debian packages
# kea-dhcp4-server kea-admin dnsmasq-base isc-dhcp-server isc-dhcp-client udhcpc dhcpcd5. Then: from-pcap.ts.
# usage: capture.sh DIRECTORY
set -u
out=$(realpath -m "$1"); mkdir -p "$out"; cd "$out" || exit 1; chmod 777 .
pids=()
in_client() { ip netns exec dwv-client "$@"; }
stop() { for pid in "$@"; do kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; done; }
cleanup() { stop "${pids[@]}"; for ns in server router client; do ip netns del dwv-$ns 2>/dev/null; done; }
trap cleanup EXIT

# One link for clients on the server's own subnet, and a router for ICMP errors.
for ns in server router client; do ip netns add dwv-$ns; ip -n dwv-$ns link set lo up; done
ip -n dwv-client link add c0 type veth peer name s0 netns dwv-server
ip -n dwv-client link add r0 type veth peer name r1 netns dwv-router
ip -n dwv-client link set c0 address 02:00:00:00:00:0c
for link in "client c0" "server s0" "client r0" "router r1"; do set -- $link; ip -n dwv-$1 link set $2 up; done
ip -n dwv-server addr add 10.99.0.1/24 dev s0
ip -n dwv-client addr add 10.98.0.2/24 dev r0
ip -n dwv-router addr add 10.98.0.1/24 dev r1
ip -n dwv-router addr add 10.97.0.1/24 dev lo
ip netns exec dwv-router sysctl -qw net.ipv4.ip_forward=1

# record NAME: captures the server's link into NAME.pcap until `recorded`.
record() { : > tcpdump.log; ip netns exec dwv-server tcpdump --immediate-mode -i s0 -U -w "$1.pcap" 'udp port 67 or udp port 68' 2>tcpdump.log & capture=$!; listening; }
listening() { for _ in $(seq 50); do grep -q 'listening on' tcpdump.log && break; sleep 0.1; done; sleep 0.3; }
recorded() { sleep 0.7; stop $capture; }
client_address() { ip -n dwv-client addr flush dev c0; [ $# = 0 ] || ip -n dwv-client addr add "$1" dev c0; }
udhcp() { in_client timeout 6 udhcpc -i c0 -f -s /bin/true -t 2 -T 1 -n "$@" >/dev/null 2>&1; }
hang_on() { in_client timeout 20 sh -c 'mount -t tmpfs none /var/lib/dhcpcd 2>/dev/null; mount -t tmpfs none /run; exec dhcpcd "$@"' dhcpcd -4 -B -c /bin/true "$@" >> dhcpcd.log 2>&1; }

# --- Kea, asked by perfdhcp (a relay) and by clients on the link
export KEA_PIDFILE_DIR=$out KEA_LOCKFILE_DIR=$out
long=$(printf 'a5%.0s' $(seq 400))
cat > kea.json <<JSON
{ "Dhcp4": {
  "interfaces-config": { "interfaces": ["s0"], "dhcp-socket-type": "raw" },
  "lease-database": { "type": "memfile", "persist": false }, "valid-lifetime": 600, "authoritative": true,
  "option-def": [ { "name": "routes", "code": 121, "space": "dhcp4", "type": "binary" },
                  { "name": "long", "code": 224, "space": "dhcp4", "type": "binary" } ],
  "option-data": [
    { "name": "routers", "data": "10.99.0.1" }, { "name": "domain-name-servers", "data": "10.99.0.53,10.99.0.54" },
    { "name": "domain-name", "data": "site.example" }, { "name": "domain-search", "data": "site.example,lab.site.example" },
    { "code": 121, "csv-format": false, "data": "180A63010A630001000A630001" },
    { "code": 114, "data": "https://portal.example/api" },
    { "code": 224, "csv-format": false, "data": "$long" } ],
  "subnet4": [ { "subnet": "10.99.0.0/24", "id": 1, "pools": [ { "pool": "10.99.0.100-10.99.0.120" } ] } ],
  "loggers": [ { "name": "kea-dhcp4", "severity": "WARN", "output_options": [ { "output": "$out/kea.log" } ] } ] } }
JSON
ip netns exec dwv-server kea-dhcp4 -c kea.json & kea=$!; pids+=($kea); sleep 2
client_address 10.99.0.2/24
record kea-perfdhcp; in_client perfdhcp -l 10.99.0.2 -r 1 -n 1 -W 1000000 10.99.0.1 > perfdhcp.log 2>&1; recorded
record kea-perfdhcp-release; in_client perfdhcp -l 10.99.0.2 -r 4 -F 2 -p 3 -R 2 10.99.0.1 >> perfdhcp.log 2>&1; recorded
# Option 82 with circuit-id, remote-id, link selection, server-id override, relay-id; then 118, 60, 77, 81; all of 55.
record kea-perfdhcp-options; in_client perfdhcp -4 -l 10.99.0.2 -r 1 -n 1 -W 1000000 -b mac=02:00:00:00:00:20 \
  -o 82,01056574682d31020602000000000105040a6300000b040a6300010c03010203 -o 60,646f7261 -o 77,0474657374 \
  -o 81,0500000570726f62650473697465076578616d706c6500 -o 55,7772e079 10.99.0.1 >> perfdhcp.log 2>&1; recorded
record kea-perfdhcp-link; in_client perfdhcp -4 -l 10.99.0.2 -r 1 -n 1 -W 1000000 -b mac=02:00:00:00:00:21 \
  -o 82,01056574682d310206020000000001 -o 118,0a630000 -o 55,777972e0 -o 77,0474657374 -o 60,646f7261 \
  -o 81,0500000570726f62650473697465076578616d706c6500 10.99.0.1 >> perfdhcp.log 2>&1; recorded
client_address
record kea-udhcpc; udhcp -q -R -x hostname:probe -F probe.site.example -V dora-test -O 119 -O 121 -O 114; recorded
cat > old.leases <<LEASE
lease { interface "c0"; fixed-address 192.0.2.77; option subnet-mask 255.255.255.0; option dhcp-lease-time 999999;
  option dhcp-message-type 5; option dhcp-server-identifier 192.0.2.1; renew 0 2036/01/06 00:00:00; rebind 0 2036/01/06 00:00:00; expire 0 2036/01/06 00:00:00; }
LEASE
dhc() { cp "$1" now.leases; shift; in_client timeout 15 dhclient -4 -1 -sf /bin/true -lf now.leases -pf dhclient.pid "$@" c0 >> dhclient.log 2>&1; [ -f dhclient.pid ] && kill "$(cat dhclient.pid)" 2>/dev/null; rm -f dhclient.pid; }
record kea-dhclient-reboot; dhc old.leases; recorded
# Every address of the pool's start answers ARP on the server's side, so a client that looks first declines it.
ip -n dwv-server addr add 10.99.0.100/32 dev s0; for last in $(seq 101 120); do ip -n dwv-server addr add 10.99.0.$last/32 dev s0; done
record kea-udhcpc-decline; udhcp -q -a; recorded
for last in $(seq 100 120); do ip -n dwv-server addr del 10.99.0.$last/32 dev s0; done
client_address 10.99.0.9/24
record kea-dhcpcd-inform; hang_on -1 -s 10.99.0.9/24 c0; recorded
stop $kea; client_address

# --- dnsmasq
ip netns exec dwv-server dnsmasq -k -p 0 -C /dev/null -i s0 --no-ping --dhcp-authoritative --dhcp-range=10.99.0.30,10.99.0.60,10m \
  --dhcp-leasefile="$out/dnsmasq.leases" --dhcp-option=119,site.example,lab.site.example --dhcp-option=121,10.99.1.0/24,10.99.0.1,0.0.0.0/0,10.99.0.1 \
  --dhcp-option=114,https://portal.example/api --dhcp-option=15,site.example --dhcp-option=6,10.99.0.53 --pid-file= --user=root 2> dnsmasq.log & dnsmasq=$!; pids+=($dnsmasq); sleep 1
record dnsmasq-udhcpc; udhcp -q -R -x hostname:probe -F probe.site.example -O 119 -O 121 -O 114; recorded
record dnsmasq-dhcpcd; hang_on -1 -u test-class -h probe -F both -o domain_search -o classless_static_routes -i dora-test c0; recorded
client_address
record dnsmasq-dhclient-reboot; dhc old.leases; recorded
client_address 10.99.0.2/24
record dnsmasq-perfdhcp; in_client perfdhcp -4 -l 10.99.0.2 -r 4 -F 2 -p 3 -R 2 -o 82,01056574682d3105040a630000 10.99.0.1 >> perfdhcp.log 2>&1; recorded
client_address 10.99.0.9/24
record dnsmasq-dhcpcd-inform; hang_on -1 -s 10.99.0.9/24 c0; recorded
stop $dnsmasq; client_address

# --- ISC dhcpd with more options than 576 octets hold: it overloads file and sname
cat > dhcpd.conf <<CONF
authoritative; default-lease-time 600; ping-check false; ddns-update-style none;
option domain-name "site.example"; option domain-name-servers 10.99.0.53, 10.99.0.54; option domain-search "site.example", "lab.site.example", "$(printf 'x%.0s' $(seq 60)).site.example";
option rfc3442 code 121 = array of unsigned integer 8; option rfc3442 24, 10, 99, 1, 10, 99, 0, 1;
option portal code 114 = text; option portal "https://portal.example/$(printf 'y%.0s' $(seq 150))"; option note code 225 = text; option note "$(printf 'z%.0s' $(seq 100))";
subnet 10.99.0.0 netmask 255.255.255.0 { range 10.99.0.70 10.99.0.90; option routers 10.99.0.1; }
CONF
touch dhcpd.leases empty.leases
ip netns exec dwv-server dhcpd -4 -f -q -cf dhcpd.conf -lf dhcpd.leases -pf dhcpd.pid -user root -group root s0 2> dhcpd.log & dhcpd=$!; pids+=($dhcpd); sleep 2
printf 'also request domain-search;\noption rfc3442 code 121 = array of unsigned integer 8; also request rfc3442;\noption portal code 114 = text; also request portal; option note code 225 = text; also request note;\nsend host-name "probe";\n' > dhclient.conf
record dhcpd-dhclient; dhc empty.leases -cf dhclient.conf; recorded
record dhcpd-dhclient-reboot; dhc old.leases; recorded
record dhcpd-udhcpc; udhcp -q -R -x hostname:probe -O 119 -O 121 -O 114 -O 225; recorded
stop $dhcpd; client_address

# --- ICMP errors about a DISCOVER: closed port, no route, host that answers no ARP, filter
ip netns exec dwv-router ip route add unreachable 10.96.1.0/24
ip netns exec dwv-router ip route add prohibit 10.96.2.0/24
ip -n dwv-router link add d0 type veth peer name d1 netns dwv-server; ip -n dwv-router addr add 10.96.3.1/24 dev d0; ip -n dwv-router link set d0 up; ip -n dwv-server link set d1 up
ip -n dwv-client route add default via 10.98.0.1
: > tcpdump.log; ip netns exec dwv-client tcpdump --immediate-mode -i r0 -U -w icmp.pcap icmp 2>tcpdump.log & capture=$!; listening
for target in 10.97.0.1 10.96.0.1 10.96.1.1 10.96.2.1 10.96.3.9; do
  in_client perfdhcp -l 10.98.0.2 -r 1 -n 1 -W 200000 $target >> perfdhcp.log 2>&1; sleep 1
done
sleep 3.5; stop $capture
chmod a+r ./*.pcap
