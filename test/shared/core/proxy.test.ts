import t from 'tap';
import { readProxy } from '../../../shared/core/proxy.ts';

t.test('as people write it', async (t) => {
  t.same(readProxy('http://proxy.example.net:3128'), { host: 'proxy.example.net', port: 3128, login: null });
  t.same(readProxy('http://proxy.example.net/'), { host: 'proxy.example.net', port: 80, login: null });
  t.same(readProxy('http://[2001:db8::1]:8080'), { host: '2001:db8::1', port: 8080, login: null });
  t.same(readProxy('http://u:p%40ss@h:1'), { host: 'h', port: 1, login: 'u:p@ss' });
  t.same(readProxy('http://u@h:1'), { host: 'h', port: 1, login: 'u:' });
  for (const odd of ['proxy:3128', 'https://proxy:3128', 'http://', 'http://h:0', 'http://h:70000', 'http://u:%zz@h:1'])
    t.equal(readProxy(odd), undefined, odd);
});
