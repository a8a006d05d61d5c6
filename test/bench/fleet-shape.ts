/** Which sites a fleet has and which subnets are whose: the same for the YAML and for the agents. Subnets go round the sites. */

export const siteName = (site: number): string => `site-${String(site).padStart(3, '0')}`;

/** "10.80.1.0/24" … of one of so many sites. */
export function scopesOf(site: number, sites: number, subnets: number): readonly string[] {
  const own: string[] = [];
  for (let index = site; index < subnets; index += sites)
    own.push(`10.${100 + Math.floor(index / 256)}.${index % 256}.0/24`);
  return own;
}
