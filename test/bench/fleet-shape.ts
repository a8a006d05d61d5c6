/** Which sites a fleet has and which subnets are whose: the same for the YAML and for the agents. Subnets go round the sites. */

export const siteName = (site: number): string => `site-${String(site).padStart(3, '0')}`;

/** "10.80.1.0/24" … of one of so many sites. */
export function scopesOf(site: number, sites: number, subnets: number): readonly string[] {
  const own: string[] = [];
  for (let index = site; index < subnets; index += sites)
    own.push(`10.${100 + Math.floor(index / 256)}.${index % 256}.0/24`);
  return own;
}

/** The collector's configuration for them: one exchange a second a path. */
export function fleetYaml({ sites, subnets }: { readonly sites: number; readonly subnets: number }): string {
  const lines = Array.from({ length: sites }, (_, site) => {
    return `  - { name: ${siteName(site)}, subnets: [${scopesOf(site, sites, subnets).join(', ')}] }`;
  });
  return [
    'groups:\n  - name: pair\n    mode: hot-standby\n    servers:',
    '      - { name: primary, address: 10.77.1.2, role: primary }',
    '      - { name: standby, address: 10.77.2.2, role: standby }',
    'sites:',
    ...lines,
    `probe: { rate: ${sites}/s, sweep: { share: 50% } }\n`,
  ].join('\n');
}
