ip netns add minikube
ip netns add outside
ip link set lo up
ip link add br-nat mtu 1500 type bridge
ip link add br-isolated mtu 1500 type bridge
ip link add name minikube-nat mtu 1500 master br-nat type veth peer name eth0 address 52:54:00:7f:aa:e7 mtu 1500 netns minikube
ip link add name minikube-v32w62 mtu 1500 master br-isolated type veth peer name eth1 address 52:54:00:98:e7:f5 mtu 1500 netns minikube
ip link add outside type veth peer name eth0 netns outside
ip addr add 192.168.122.1/24 dev br-nat
ip addr add 192.168.39.1/24 dev br-isolated
ip addr add 203.0.113.1/24 dev outside
ip link set minikube-nat up
ip link set minikube-v32w62 up
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
ip -n minikube link set lo up
ip -n minikube addr add 192.168.122.11/24 dev eth0
ip -n minikube addr add 192.168.39.11/24 dev eth1
ip -n minikube link set eth0 up
ip -n minikube link set eth1 up
ip -n minikube route add default via 192.168.122.1
ip -n outside link set lo up
ip -n outside addr add 203.0.113.10/24 dev eth0
ip -n outside link set eth0 up
