import { expect, test } from 'vitest';
import { observe } from '../../support/probing.ts';

test('the service range of the stack', async () => {
  expect(await observe('net.cidr', { of: 'serviceSubnet', ip: '10.111.255.255' }, [])).toEqual({
    cidr: '10.96.0.0/12',
    network: '10.96.0.0',
    broadcast: '10.111.255.255',
    first: '10.96.0.1',
    last: '10.111.255.254',
    size: 1_048_576,
    usable: 1_048_574,
    allocatable: 1_048_574,
    prefix: 12,
    netmask: '255.240.0.0',
    contains: true,
  });
});

test('an address just past the end is not inside', async () => {
  expect((await observe('net.cidr', { of: 'serviceSubnet', ip: '10.112.0.0' }, [])).contains).toBe(false);
});

test.each([
  ['10.0.0.0/30', '10.0.0.1', '10.0.0.2', 2],
  ['10.0.0.0/31', '10.0.0.0', '10.0.0.1', 2],
  ['10.0.0.7/32', '10.0.0.7', '10.0.0.7', 1],
  ['0.0.0.0/0', '0.0.0.1', '255.255.255.254', 4_294_967_294],
])('hosts of %s', async (cidr, first, last, usable) => {
  expect(await observe('net.cidr', { cidr }, [])).toMatchObject({ first, last, usable });
});

test('a network of the stack by its name', async () => {
  expect((await observe('net.cidr', { of: 'isolated' }, [])).cidr).toBe('192.168.39.0/24');
  await expect(observe('net.cidr', { of: 'isolate' }, [])).rejects.toMatchObject({
    code: 'NOT_FOUND',
    hint: 'Use one of: podSubnet, serviceSubnet, nat, isolated',
  });
});

test('host bits, both arguments and none are refused', async () => {
  await expect(observe('net.cidr', { cidr: '10.96.0.1/12' }, [])).rejects.toMatchObject({ hint: 'Write 10.96.0.0/12' });
  await expect(observe('net.cidr', { cidr: '10.0.0.0/8', of: 'nat' }, [])).rejects.toThrow('either `cidr` or `of`');
  await expect(observe('net.cidr', {}, [])).rejects.toThrow('either `cidr` or `of`');
});
