/*
 * A neighbour on the wire that answers for servers which are silent: it hears each DISCOVER and REQUEST to an address of its
 * own making and sends back what a server would, but for one thing that is wrong, chosen by the address's last octet. With a
 * rate it floods as well: every wrong answer in turn, in the name of whoever was asked last.
 *
 * C and whole frames, since no datagram socket can lie about a length, and Node cannot send 50,000 packets a second.
 * usage: forger INTERFACE PACKETS_PER_SECOND
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum wrong {
  NOTHING, SOURCE, XID, CHADDR, CLIENT_ID, OPERATION, PORT, UDP_LONG,
  UDP_SHORT, IP_SHORT, CUT, FRAGMENT, OVERLAP, WITH_OPTIONS, NO_END, KINDS
};
/* The last octet of the first address that is answered for; NOTHING is wrong there. */
enum { FIRST = 100, ETHER = 14, IP = 20, UDP = 8, BOOTP = 240, FRAME = 1514 };

static uint8_t heard[FRAME], forged[FRAME + 64];
static int heard_size = 0;
static volatile sig_atomic_t over = 0;

static void end(int signal) { (void)signal; over = 1; }

static void put16(uint8_t *at, unsigned value) { at[0] = value >> 8; at[1] = value; }
static unsigned get16(const uint8_t *at) { return at[0] << 8 | at[1]; }

static unsigned summed(const uint8_t *from, int size, unsigned sum) {
  for (int at = 0; at + 1 < size; at += 2) sum += get16(from + at);
  if (size & 1) sum += from[size - 1] << 8;
  while (sum >> 16) sum = (sum & 0xffff) + (sum >> 16);
  return sum;
}

static const uint8_t *option(const uint8_t *options, int size, uint8_t code) {
  for (int at = 0; at + 1 < size && options[at] != 255; at += options[at] == 0 ? 1 : 2 + options[at + 1])
    if (options[at] == code && at + 2 + options[at + 1] <= size) return options + at;
  return NULL;
}

/* Writes the header of a packet of so many octets, with these words of options. */
static void ip_header(uint8_t *ip, const uint8_t *asked, int total, int words, unsigned fragment, unsigned id) {
  memset(ip, 0, IP + 4 * words);
  ip[0] = 0x45 + words;
  put16(ip + 2, total);
  put16(ip + 4, id);
  put16(ip + 6, fragment);
  ip[8] = 64;
  ip[9] = 17;
  memcpy(ip + 12, asked + 16, 4);
  memcpy(ip + 16, asked + 12, 4);
  for (int at = 0; at < 4 * words; at++) ip[IP + at] = 1; /* no operation */
}

static void seal(uint8_t *ip, int words) {
  put16(ip + 10, 0);
  put16(ip + 10, ~summed(ip, IP + 4 * words, 0) & 0xffff);
}

/* The answer to what was heard. Returns the frame's size. */
static int forge(enum wrong wrong, uint32_t salt) {
  const uint8_t *ip = heard + ETHER, *udp = ip + 4 * (ip[0] & 15), *asked = udp + UDP;
  const int asked_size = heard_size - (int)(asked - heard);
  const uint8_t *type = option(asked + BOOTP, asked_size - BOOTP, 53);
  const uint8_t *client = option(asked + BOOTP, asked_size - BOOTP, 61);
  const int words = wrong == WITH_OPTIONS ? 10 : 0;
  uint8_t *out = forged + ETHER, *to_udp = out + IP + 4 * words, *message = to_udp + UDP, *to = message + BOOTP;
  memcpy(forged, heard + 6, 6);
  memcpy(forged + 6, heard, 6);
  put16(forged + 12, ETHERTYPE_IP);
  memcpy(message, asked, BOOTP);
  message[0] = wrong == OPERATION ? 1 : 2;
  memcpy(message + 16, "\x0a\x47\x63", 3); /* yiaddr 10.71.99.x */
  message[19] = 1 + salt % 200;
  /* With options the packet is sound; so what is wrong in it has to be something else. */
  if (wrong == XID || wrong == WITH_OPTIONS) message[4 + salt % 4] ^= 1 + (salt >> 8) % 255;
  if (wrong == CHADDR) message[28 + 5] ^= 1;
  const uint8_t answer = type != NULL && type[2] == 1 ? 2 : 5;
  memcpy(to, (uint8_t[]){53, 1, answer, 54, 4, ip[16], ip[17], ip[18], ip[19], 51, 4, 0, 0, 14, 16}, 15);
  to += 15;
  if (client != NULL) {
    memcpy(to, client, 2 + client[1]);
    if (wrong == CLIENT_ID) to[1 + client[1]] ^= 1;
    to += 2 + client[1];
  }
  *to++ = wrong == NO_END ? 12 : 255;
  if (wrong == NO_END) *to++ = 250; /* a host name that runs past the end */
  else while (to - message < 300) *to++ = 0;
  if (wrong == CUT) to = message + 200;
  int udp_size = (int)(to - to_udp), total = IP + 4 * words + udp_size;
  put16(to_udp, get16(udp + 2));
  put16(to_udp + 2, wrong == PORT ? 68 : get16(udp));
  put16(to_udp + 4, wrong == UDP_LONG ? udp_size + 64 : wrong == UDP_SHORT ? 7 : udp_size);
  put16(to_udp + 6, 0); /* none was made */
  ip_header(out, ip, wrong == IP_SHORT ? IP + UDP + 100 : total, words, wrong == FRAGMENT ? 0x2000 : 0, salt);
  if (wrong == SOURCE) out[15] = 77;
  seal(out, words);
  return ETHER + total;
}

/* The answer in two fragments, of which the second covers the first's last 8 octets again. */
static void send_overlapping(int fd, uint32_t salt) {
  const int size = forge(NOTHING, salt), first = 120, rest = size - ETHER - IP - first + 8;
  uint8_t second[FRAME];
  memcpy(second, forged, ETHER + IP);
  memcpy(second + ETHER + IP, forged + ETHER + IP + first - 8, rest);
  put16(forged + ETHER + 2, IP + first);
  put16(forged + ETHER + 6, 0x2000);
  seal(forged + ETHER, 0);
  put16(second + ETHER + 2, IP + rest);
  put16(second + ETHER + 6, (first - 8) / 8);
  seal(second + ETHER, 0);
  if (write(fd, forged, ETHER + IP + first) < 0 || write(fd, second, ETHER + IP + rest) < 0) return;
}

static void answer(int fd, enum wrong wrong, uint32_t salt) {
  if (wrong == OVERLAP) send_overlapping(fd, salt);
  else if (write(fd, forged, forge(wrong, salt)) < 0) return;
}

/* A request. Returns which is wrong at the address that it goes to, KINDS at another's, or -1: it is none. */
static int asked_for(const uint8_t *frame, int size) {
  const uint8_t *ip = frame + ETHER;
  if (size < ETHER + IP + UDP + BOOTP || ip[9] != 17) return -1;
  const uint8_t *udp = ip + 4 * (ip[0] & 15);
  if (get16(udp + 2) != 67 || udp[UDP] != 1) return -1;
  return ip[19] < FIRST || ip[19] >= FIRST + KINDS ? KINDS : ip[19] - FIRST;
}

static double now(void) {
  struct timespec at;
  clock_gettime(CLOCK_MONOTONIC, &at);
  return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

int main(int argc, char **argv) {
  if (argc != 3) return 2;
  const double rate = atof(argv[2]);
  const int fd = socket(AF_PACKET, SOCK_RAW, htons(ETH_P_IP));
  struct sockaddr_ll at = {.sll_family = AF_PACKET, .sll_protocol = htons(ETH_P_IP), .sll_ifindex = (int)if_nametoindex(argv[1])};
  if (fd < 0 || bind(fd, (struct sockaddr *)&at, sizeof at) != 0) {
    perror("forger");
    return 1;
  }
  fcntl(fd, F_SETFL, O_NONBLOCK);
  signal(SIGTERM, end);
  setvbuf(stdout, NULL, _IOLBF, 0);
  printf("listening\n");
  uint32_t salt = 1;
  unsigned long flooded = 0;
  double began = 0;
  while (!over) {
    uint8_t frame[FRAME];
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    /* In a flood it never waits: the clock says how many are due. */
    if (rate == 0 || heard_size == 0) poll(&ready, 1, 20);
    for (int size; (size = (int)recv(fd, frame, sizeof frame, 0)) > 0;) {
      const int wrong = asked_for(frame, size);
      if (wrong < 0 || (wrong == KINDS && rate == 0)) continue;
      memcpy(heard, frame, size);
      heard_size = size;
      if (began == 0) began = now();
      if (wrong != KINDS) answer(fd, wrong, salt += 0x9e3779b9);
    }
    if (rate == 0 || heard_size == 0) continue;
    const unsigned long due = (unsigned long)((now() - began) * rate);
    for (int burst = 0; flooded < due && burst < 64; burst++, flooded++) answer(fd, 1 + flooded % (KINDS - 1), salt += 0x9e3779b9);
    if (flooded >= due) usleep(200);
  }
  if (began > 0) printf("flooded %.0f/s\n", (double)flooded / (now() - began));
  return 0;
}
