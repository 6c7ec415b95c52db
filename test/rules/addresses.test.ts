import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defaultPolicies as policies } from '#domain/policies.ts';
import { addressBeforePort, addressBudgets, truncatedAddress } from '#runtime/addresses.ts';

const networks = (address: string) => addressBudgets(address, policies).map(({ network }) => network);
const v6 = fc.ipV6();

describe('addresses', () => {
  it.each([
    ['203.0.113.77', '203.0.113.0'],
    ['0.0.0.0', '0.0.0.0'],
    ['2001:db8::1', '2001:db8::'],
    ['2001::1:2:3', '2001::'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1::'],
    ['2001:0DB8:00a1:0::', '2001:db8:a1::'],
    ['::1', '::'],
    ['::ffff:203.0.113.77', '203.0.113.0'],
    ['::FFFF:CB00:714D', '203.0.113.0'],
    ['fe80::1%eth0', 'fe80::'],
    ['', ''],
    ['somewhere', ''],
    ['1.2.3', ''],
    ['0x7f.1', ''],
    ['2130706433', ''],
    ['1.2.3.256', ''],
    ['2001:db8:::1', ''],
  ])('AUD-1 %s is shortened to "%s"', (address, network) => {
    expect(truncatedAddress(address)).toBe(network);
  });

  it('AUD-1 keeps the first 48 bits of any IPv6 address, whatever way it is written, and nothing of the rest', () => {
    fc.assert(
      fc.property(v6, (address) => {
        fc.pre(!address.includes('.'));
        const short = truncatedAddress(address);
        expect(isIPv6(short)).toBe(true);
        const words = (text: string) => {
          const [head = '', tail] = text.split('::');
          const [left, right] = [head, tail ?? ''].map((part) => (part ? part.split(':') : []));
          const zeros = Array.from({ length: 8 - (left?.length ?? 0) - (right?.length ?? 0) }, () => '0');
          return [...(left ?? []), ...zeros, ...(right ?? [])].map((word) => Number.parseInt(word, 16));
        };
        const whole = words(address);
        fc.pre(!(whole.slice(0, 5).every((word) => word === 0) && whole[5] === 0xffff));
        expect(words(short)).toEqual([...whole.slice(0, 3), 0, 0, 0, 0, 0]);
      }),
    );
  });

  it('LGN-12 an IPv4 address is one address, an IPv6 /64 too, a /56 has 16 budgets and a /48 256', () => {
    expect(addressBudgets('203.0.113.77', policies)).toEqual([{ network: '203.0.113.77', budgets: 1 }]);
    expect(networks('::ffff:203.0.113.77')).toEqual(networks('203.0.113.77'));
    expect(addressBudgets('2001:db8:aa:bbcc:1:2:3:4', policies)).toEqual([
      { network: '2001:db8:aa:bbcc::/64', budgets: 1 },
      { network: '2001:db8:aa:bb00::/56', budgets: 16 },
      { network: '2001:db8:aa::/48', budgets: 256 },
    ]);
    expect(networks('2001:db8:aa:bbcc::1%en0')).toEqual(networks('2001:db8:aa:bbcc:ffff::2'));
    expect(networks('2001:db8:aa:bbcd::1')[0]).not.toBe(networks('2001:db8:aa:bbcc::1')[0]);
    expect(networks('2001:db8:aa:bbcd::1')[1]).toBe(networks('2001:db8:aa:bbcc::1')[1]);
  });

  it('LGN-12 whatever is no address shares one budget', () => {
    for (const none of ['', 'somewhere', '1.2.3', '2001:db8:::1', ':', '%'])
      expect(addressBudgets(none, policies)).toEqual([{ network: 'unknown', budgets: 1 }]);
  });

  it.each([
    ['198.51.100.10:46532', '198.51.100.10'],
    ['2001:db8::8a2e:370:7334:443', '2001:db8::8a2e:370:7334'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['::ffff:198.51.100.10:443', '198.51.100.10'],
    ['fe80::1%eth0:443', 'fe80::1'],
  ])('LGN-12 the viewer %s has the address %s', (viewer, address) => {
    expect(addressBeforePort(viewer)).toBe(address);
  });

  it.each(['', ':', '198.51.100.10', 'somewhere:80', '1.2.3.4.5:6', '[::1]', '1.2.3.4:port'])(
    'LGN-12 the viewer "%s" has none',
    (viewer) => {
      expect(addressBeforePort(viewer)).toBeUndefined();
    },
  );
});
