/*
 * A DHCP server that costs next to nothing: any DISCOVER gets an OFFER and any REQUEST an ACK, from one buffer, without a
 * lease, a log or a thought. It exists for the bench alone, so that the tools that ask are the ceiling and not who answers.
 *
 * C, because a responder in Node would be the bottleneck of what it is to measure; Kea has its own row in the table.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* Offsets of RFC 2131, figure 1; the options begin behind the cookie. */
enum { OP = 0, HLEN = 2, YIADDR = 16, GIADDR = 24, CHADDR = 28, COOKIE = 236, OPTIONS = 240 };
enum { DISCOVER = 1, OFFER = 2, REQUEST = 3, ACK = 5 };
enum { PORT = 67, BUFFER_OCTETS = 2048, RECEIVE_BUFFER_OCTETS = 8 << 20 };

static const uint8_t cookie[4] = {0x63, 0x82, 0x53, 0x63};

/* The value of an option and its length, or NULL. */
static const uint8_t *option(const uint8_t *packet, size_t size, uint8_t code, uint8_t *length) {
  for (size_t at = OPTIONS; at + 1 < size && packet[at] != 255;) {
    if (packet[at] == 0) {
      at++;
      continue;
    }
    if (at + 2 + packet[at + 1] > size) return NULL;
    if (packet[at] == code) {
      *length = packet[at + 1];
      return packet + at + 2;
    }
    at += 2 + packet[at + 1];
  }
  return NULL;
}

static size_t put(uint8_t *to, uint8_t code, const void *value, uint8_t length) {
  to[0] = code;
  to[1] = length;
  memcpy(to + 2, value, length);
  return 2 + (size_t)length;
}

/* Turns a request into its answer in place. Returns the answer's size, 0 when there is none to give. */
static size_t answer(uint8_t *packet, size_t size, const struct in_addr *self) {
  static const uint8_t netmask[4] = {255, 0, 0, 0}, lease_time[4] = {0, 0, 14, 16};
  uint8_t length = 0, client_length = 0, client[255];
  if (size < OPTIONS + 3 || packet[OP] != 1 || memcmp(packet + COOKIE, cookie, 4) != 0) return 0;
  const uint8_t *type = option(packet, size, 53, &length);
  if (type == NULL || length != 1 || (*type != DISCOVER && *type != REQUEST)) return 0;
  const uint8_t reply = *type == DISCOVER ? OFFER : ACK;
  const uint8_t *id = option(packet, size, 61, &client_length);
  if (id != NULL) memcpy(client, id, client_length);
  packet[OP] = 2;
  /* An address per client, the same each time: 10 and the last three octets of its MAC. */
  packet[YIADDR] = 10;
  memcpy(packet + YIADDR + 1, packet + CHADDR + 3, 3);
  uint8_t *to = packet + OPTIONS;
  to += put(to, 53, &reply, 1);
  to += put(to, 54, self, 4);
  to += put(to, 51, lease_time, 4);
  to += put(to, 1, netmask, 4);
  if (id != NULL) to += put(to, 61, client, client_length); /* RFC 6842 */
  *to++ = 255;
  while (to - packet < 300) *to++ = 0; /* BOOTP's floor */
  return (size_t)(to - packet);
}

int main(int argc, char **argv) {
  struct sockaddr_in self = {.sin_family = AF_INET, .sin_port = htons(PORT)};
  if (argc != 2 || inet_pton(AF_INET, argv[1], &self.sin_addr) != 1) {
    fprintf(stderr, "usage: responder ADDRESS\n");
    return 2;
  }
  const int fd = socket(AF_INET, SOCK_DGRAM, 0), octets = RECEIVE_BUFFER_OCTETS;
  setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &octets, sizeof octets);
  if (fd < 0 || bind(fd, (struct sockaddr *)&self, sizeof self) != 0) {
    perror("responder");
    return 1;
  }
  puts("answering");
  fflush(stdout);
  uint8_t packet[BUFFER_OCTETS];
  for (;;) {
    const ssize_t size = recv(fd, packet, sizeof packet, 0);
    const size_t reply = size > 0 ? answer(packet, (size_t)size, &self.sin_addr) : 0;
    if (reply == 0) continue;
    struct sockaddr_in relay = {.sin_family = AF_INET, .sin_port = htons(PORT)};
    memcpy(&relay.sin_addr, packet + GIADDR, 4);
    sendto(fd, packet, reply, 0, (struct sockaddr *)&relay, sizeof relay);
  }
}
