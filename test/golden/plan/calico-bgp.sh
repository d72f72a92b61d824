ip netns add node1
ip netns add node2
ip netns add outside
ip link set lo up
ip link add br-nat mtu 1500 type bridge
ip link add br-isolated mtu 1500 type bridge
ip link add name node1-nat mtu 1500 master br-nat type veth peer name eth0 address 52:54:00:85:4b:76 mtu 1500 netns node1
ip link add name node1-isolated mtu 1500 master br-isolated type veth peer name eth1 address 52:54:00:db:a9:98 mtu 1500 netns node1
ip link add name node2-nat mtu 1500 master br-nat type veth peer name eth0 address 52:54:00:e0:b8:8e mtu 1500 netns node2
ip link add name node2-isolated mtu 1500 master br-isolated type veth peer name eth1 address 52:54:00:b3:0b:03 mtu 1500 netns node2
ip link add outside type veth peer name eth0 netns outside
ip addr add 192.168.122.1/24 dev br-nat
ip addr add 192.168.39.1/24 dev br-isolated
ip addr add 203.0.113.1/24 dev outside
ip link set node1-nat up
ip link set node1-isolated up
ip link set node2-nat up
ip link set node2-isolated up
ip link set br-nat up
ip link set br-isolated up
ip link set outside up
nft -f - <<'END'
table ip podlab {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "br-nat" oifname "br-nat" accept
    iifname "br-isolated" oifname "br-isolated" accept
    iifname "br-nat" ip saddr 192.168.122.0/24 oifname { "outside", "uplink" } accept
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 192.168.122.0/24 oifname { "outside", "uplink" } masquerade
  }
}
END
sysctl -qw net.ipv4.ip_forward=1
ip -n node1 link set lo up
ip -n node1 addr add 192.168.122.11/24 dev eth0
ip -n node1 addr add 192.168.39.11/24 dev eth1
ip -n node1 link set eth0 up
ip -n node1 link set eth1 up
ip -n node1 route add default via 192.168.122.1
ip -n node2 link set lo up
ip -n node2 addr add 192.168.122.12/24 dev eth0
ip -n node2 addr add 192.168.39.12/24 dev eth1
ip -n node2 link set eth0 up
ip -n node2 link set eth1 up
ip -n node2 route add default via 192.168.122.1
ip -n outside link set lo up
ip -n outside addr add 203.0.113.10/24 dev eth0
ip -n outside link set eth0 up
