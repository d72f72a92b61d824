ip netns add minikube-kvm2
ip netns add outside
ip link set lo up
ip link add br-minikube-net mtu 1500 type bridge
ip link add br-default mtu 1500 type bridge
ip link add name minikube-14zsz9 mtu 1500 master br-minikube-net type veth peer name eth0 address 52:54:00:0a:0d:c0 mtu 1500 netns minikube-kvm2
ip link add name minikube-g985ti mtu 1500 master br-default type veth peer name eth1 address 52:54:00:f7:ec:2b mtu 1500 netns minikube-kvm2
ip link add outside type veth peer name eth0 netns outside
ip addr add 192.168.39.1/24 dev br-minikube-net
ip addr add 192.168.122.1/24 dev br-default
ip addr add 203.0.113.1/24 dev outside
ip link set minikube-14zsz9 up
ip link set minikube-g985ti up
ip link set br-minikube-net up
ip link set br-default up
ip link set outside up
nft -f - <<'END'
table ip podlab {
  chain forward {
    type filter hook forward priority filter; policy drop;
    ct state established,related accept
    iifname "br-minikube-net" oifname "br-minikube-net" accept
    iifname "br-default" oifname "br-default" accept
    iifname "br-default" ip saddr 192.168.122.0/24 oifname { "outside", "uplink" } accept
  }
  chain postrouting {
    type nat hook postrouting priority srcnat; policy accept;
    ip saddr 192.168.122.0/24 oifname { "outside", "uplink" } masquerade
  }
}
END
sysctl -qw net.ipv4.ip_forward=1
ip -n minikube-kvm2 link set lo up
ip -n minikube-kvm2 addr add 192.168.39.11/24 dev eth0
ip -n minikube-kvm2 addr add 192.168.122.11/24 dev eth1
ip -n minikube-kvm2 link set eth0 up
ip -n minikube-kvm2 link set eth1 up
ip -n minikube-kvm2 route add default via 192.168.122.1
ip -n outside link set lo up
ip -n outside addr add 203.0.113.10/24 dev eth0
ip -n outside link set eth0 up
