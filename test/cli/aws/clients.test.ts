import { AwsClients } from '../../../cli/aws/clients';
import type { Session } from '../../../cli/aws/session';
import { deployedStack } from '../stacks';

test.each(['cn-north-1', 'evil.example/', 'us-gov-west-1'])('%s is no Region of the stack: nobody is asked there', async (region) => {
  const session = { configuration: jest.fn(), assumeRole: jest.fn() };
  const clients = new AwsClients(session as unknown as Session, [], jest.fn());
  const assumeRoleArn = 'arn:aws:iam::111122223333:role/x';
  for (const principal of [{}, { assumeRoleArn }]) {
    await expect(clients.drs(deployedStack().identity, region, principal)).rejects.toThrow(
      `'${region}' is not a Region of the partition aws`,
    );
  }
  expect([session.configuration.mock.calls, session.assumeRole.mock.calls]).toEqual([[], []]);
});
