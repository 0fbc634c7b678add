import { randomUUID } from 'node:crypto';
import { partition } from '../defaults';
import { EventLog } from './model';
import { Stack } from './stack';

/** All stacks of all accounts and Regions. */
export class Stacks {
  private readonly byId = new Map<string, Stack>();

  constructor(private readonly log: EventLog) {}

  add(accountId: string, region: string, stackName: string, parent?: Stack): Stack {
    const stackId = `arn:${partition}:cloudformation:${region}:${accountId}:stack/${stackName}/${randomUUID()}`;
    const stack = new Stack(accountId, region, stackName, stackId, this.log, parent);
    this.byId.set(stackId, stack);
    return stack;
  }

  /** For a stack whose creation was refused. */
  remove(stack: Stack): void {
    this.byId.delete(stack.stackId);
  }

  /** Oldest first. */
  all(): Stack[] {
    return [...this.byId.values()];
  }

  of(accountId: string, region: string): Stack[] {
    return this.all().filter((stack) => stack.accountId === accountId && stack.region === region);
  }

  get(stackId: string): Stack {
    const stack = this.byId.get(stackId);
    if (!stack) throw new Error(`no stack ${stackId}`);
    return stack;
  }

  /** A deleted stack is only found by its ID. */
  find(accountId: string, region: string, nameOrId: string): Stack | undefined {
    return this.of(accountId, region).find((stack) => stack.stackId === nameOrId || (stack.stackName === nameOrId && !stack.isDeleted));
  }

  importerOf(name: string, exporter: Stack): Stack | undefined {
    return this.of(exporter.accountId, exporter.region).find((stack) => !stack.isDeleted && stack.imports.has(name));
  }

  exporterOf(name: string, { accountId, region }: Stack): Stack | undefined {
    return this.of(accountId, region).find((stack) => !stack.isDeleted && stack.outputs.some(({ exportName }) => exportName === name));
  }
}
