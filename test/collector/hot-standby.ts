/** The configuration of one hot-standby pair, as most tests of the collector want it. */

/** @param sites their names @returns YAML */
export const hotStandby = (...sites: readonly string[]): string => `
groups:
  - name: corsham-dhcp
    mode: hot-standby
    servers:
      - { name: primary, address: 10.77.1.2, role: primary }
      - { name: standby, address: 10.77.2.2, role: standby }
sites: [${sites.map((name) => `{ name: ${name} }`).join(', ')}]
`;
