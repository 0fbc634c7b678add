import * as fs from 'node:fs';
import * as os from 'node:os';
import * as path from 'node:path';
import { createCertificate } from '../../emulator/control/certificate';
import type { Case } from '../case';
import { contenders } from '../cold/contenders';
import { startFakeAws } from '../cold/fake-aws';
import { buildHandlers } from '../cold/handlers';
import { type Situation, Stage } from '../cold/stage';

const SITUATIONS: Readonly<Record<string, Situation>> = {
  'runtime client': { way: 'runtime client', protocol: 'http' },
  'bare process': { way: 'bare process', protocol: 'http' },
  'bare process, TLS': { way: 'bare process', protocol: 'https' },
};

/** From process start to the arrival of the answer to CloudFormation: a Delete that disconnects one server. */
export const cold: Case = {
  name: 'cold',
  about: 'a Delete that disconnects one server, from the start of the process to the arrival of the answer',
  prepare: async () => {
    const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'bench-cold-'));
    await buildHandlers(directory);
    const certificate = await createCertificate();
    const certificateFile = path.join(directory, 'certificate.pem');
    fs.writeFileSync(certificateFile, certificate.cert);
    const stage = new Stage(certificateFile, { directory: path.join(directory, 'on-event'), handler: 'index.handler' });
    const aws = await startFakeAws(certificate, (payload) => stage.invoke(payload));
    return {
      contestants: Object.entries(SITUATIONS).flatMap(([group, situation]) =>
        contenders(directory).map((one) => ({ name: one.name, group, run: () => stage.play(one, situation, aws) })),
      ),
      stop: async () => {
        await aws.stop();
        fs.rmSync(directory, { recursive: true });
      },
    };
  },
};
