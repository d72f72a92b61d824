ip netns add node1
ip netns add node2
ip netns add node3
ip netns add node4
ip netns add node5
ip netns add outside
ip link set lo up
ip link add br-nat mtu 1500 type bridge
ip link add br-isolated mtu 1500 type bridge
ip link add name node1-nat mtu 1500 master br-nat type veth peer name eth0 address 52:54:00:d9:0e:97 mtu 1500 netns node1
ip link add name node1-isolated mtu 1500 master br-isolated type veth peer name eth1 address 52:54:00:b6:cc:48 mtu 1500 netns node1
ip link add name node2-nat mtu 1500 master br-nat type veth peer name eth0 address 52:54:00:8e:0d:5d mtu 1500 netns node2
ip link add name node2-isolated mtu 1500 master br-isolated type veth peer name eth1 address 52:54:00:41:a1:01 mtu 1500 netns node2
ip link add name node3-nat mtu 1500 master br-nat type veth peer name eth0 address 52:54:00:ff:b7:87 mtu 1500 netns node3
ip link add name node3-isolated mtu 1500 master br-isolated type veth peer name eth1 address 52:54:00:d5:ea:a6 mtu 1500 netns node3
ip link add name node4-nat mtu 1500 master br-nat type veth peer name eth0 address 52:54:00:69:e5:16 mtu 1500 netns node4
ip link add name node4-isolated mtu 1500 master br-isolated type veth peer name eth1 address 52:54:00:f5:5d:a2 mtu 1500 netns node4
ip link add name node5-nat mtu 1500 master br-nat type veth peer name eth0 address 52:54:00:b4:4a:6a mtu 1500 netns node5
ip link add name node5-isolated mtu 1500 master br-isolated type veth peer name eth1 address 52:54:00:90:72:dd mtu 1500 netns node5
ip link add outside type veth peer name eth0 netns outside
ip addr add 192.168.122.1/24 dev br-nat
ip addr add 192.168.39.1/24 dev br-isolated
ip addr add 203.0.113.1/24 dev outside
ip link set node1-nat up
ip link set node1-isolated up
ip link set node2-nat up
ip link set node2-isolated up
ip link set node3-nat up
ip link set node3-isolated up
ip link set node4-nat up
ip link set node4-isolated up
ip link set node5-nat up
ip link set node5-isolated up
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
ip -n node3 link set lo up
ip -n node3 addr add 192.168.122.13/24 dev eth0
ip -n node3 addr add 192.168.39.13/24 dev eth1
ip -n node3 link set eth0 up
ip -n node3 link set eth1 up
ip -n node3 route add default via 192.168.122.1
ip -n node4 link set lo up
ip -n node4 addr add 192.168.122.14/24 dev eth0
ip -n node4 addr add 192.168.39.14/24 dev eth1
ip -n node4 link set eth0 up
ip -n node4 link set eth1 up
ip -n node4 route add default via 192.168.122.1
ip -n node5 link set lo up
ip -n node5 addr add 192.168.122.15/24 dev eth0
ip -n node5 addr add 192.168.39.15/24 dev eth1
ip -n node5 link set eth0 up
ip -n node5 link set eth1 up
ip -n node5 route add default via 192.168.122.1
ip -n outside link set lo up
ip -n outside addr add 203.0.113.10/24 dev eth0
ip -n outside link set eth0 up
