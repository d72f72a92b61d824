ip netns add edge1
ip netns add edge2
ip netns add cloud1
ip netns add cloud2
ip netns add outside
ip link set lo up
ip link add br-edge mtu 1500 type bridge
ip link add br-cloud mtu 1500 type bridge
ip link add br-wan mtu 1500 type bridge
ip link add name edge1-wan mtu 1500 master br-wan type veth peer name eth0 address 52:54:00:bc:92:4b mtu 1500 netns edge1
ip link add name edge1-edge mtu 1500 master br-edge type veth peer name eth1 address 52:54:00:d6:59:5e mtu 1500 netns edge1
ip link add name edge2-wan mtu 1500 master br-wan type veth peer name eth0 address 52:54:00:b3:c7:52 mtu 1500 netns edge2
ip link add name edge2-edge mtu 1500 master br-edge type veth peer name eth1 address 52:54:00:84:71:a4 mtu 1500 netns edge2
ip link add name cloud1-wan mtu 1500 master br-wan type veth peer name eth0 address 52:54:00:87:48:db mtu 1500 netns cloud1
ip link add name cloud1-cloud mtu 1500 master br-cloud type veth peer name eth1 address 52:54:00:27:05:32 mtu 1500 netns cloud1
ip link add name cloud2-wan mtu 1500 master br-wan type veth peer name eth0 address 52:54:00:5d:72:ae mtu 1500 netns cloud2
ip link add name cloud2-cloud mtu 1500 master br-cloud type veth peer name eth1 address 52:54:00:3e:8d:7b mtu 1500 netns cloud2
ip link add outside type veth peer name eth0 netns outside
ip addr add 192.168.50.1/24 dev br-edge
ip addr add 192.168.60.1/24 dev br-cloud
ip addr add 192.168.122.1/24 dev br-wan
ip addr add 203.0.113.1/24 dev outside
ip link set edge1-wan up
ip link set edge1-edge up
ip link set edge2-wan up
ip link set edge2-edge up
ip link set cloud1-wan up
ip link set cloud1-cloud up
ip link set cloud2-wan up
ip link set cloud2-cloud up
ip link set br-edge up
ip link set br-cloud up
ip link set br-wan up
ip link set outside up
nft -f - <<'END'
table ip podlab {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "br-edge" oifname "br-edge" accept
    iifname "br-cloud" oifname "br-cloud" accept
    iifname "br-wan" oifname "br-wan" accept
    iifname "br-wan" ip saddr 192.168.122.0/24 oifname { "outside", "uplink" } accept
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 192.168.122.0/24 oifname { "outside", "uplink" } masquerade
  }
}
END
sysctl -qw net.ipv4.ip_forward=1
tc qdisc add dev edge1-wan root netem delay 5ms 0.5ms rate 100000kbit
tc qdisc add dev edge2-wan root netem delay 5ms 0.5ms rate 100000kbit
tc qdisc add dev cloud1-wan root netem delay 5ms 0.5ms rate 100000kbit
tc qdisc add dev cloud2-wan root netem delay 5ms 0.5ms rate 100000kbit
ip -n edge1 link set lo up
ip -n edge1 addr add 192.168.122.11/24 dev eth0
ip -n edge1 addr add 192.168.50.11/24 dev eth1
ip -n edge1 link set eth0 up
ip -n edge1 link set eth1 up
ip -n edge1 route add default via 192.168.122.1
ip netns exec edge1 tc qdisc add dev eth0 root netem delay 5ms 0.5ms rate 100000kbit
ip -n edge2 link set lo up
ip -n edge2 addr add 192.168.122.12/24 dev eth0
ip -n edge2 addr add 192.168.50.12/24 dev eth1
ip -n edge2 link set eth0 up
ip -n edge2 link set eth1 up
ip -n edge2 route add default via 192.168.122.1
ip netns exec edge2 tc qdisc add dev eth0 root netem delay 5ms 0.5ms rate 100000kbit
ip -n cloud1 link set lo up
ip -n cloud1 addr add 192.168.122.13/24 dev eth0
ip -n cloud1 addr add 192.168.60.13/24 dev eth1
ip -n cloud1 link set eth0 up
ip -n cloud1 link set eth1 up
ip -n cloud1 route add default via 192.168.122.1
ip netns exec cloud1 tc qdisc add dev eth0 root netem delay 5ms 0.5ms rate 100000kbit
ip -n cloud2 link set lo up
ip -n cloud2 addr add 192.168.122.14/24 dev eth0
ip -n cloud2 addr add 192.168.60.14/24 dev eth1
ip -n cloud2 link set eth0 up
ip -n cloud2 link set eth1 up
ip -n cloud2 route add default via 192.168.122.1
ip netns exec cloud2 tc qdisc add dev eth0 root netem delay 5ms 0.5ms rate 100000kbit
ip -n outside link set lo up
ip -n outside addr add 203.0.113.10/24 dev eth0
ip -n outside link set eth0 up
