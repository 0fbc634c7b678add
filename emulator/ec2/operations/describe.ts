import { XmlContent } from '../../http/xml';
import { ec2Error } from '../errors';
import { Filters, matcher } from '../filters';
import { Tags } from '../model';
import { Collection, Network } from '../network';
import { Ec2Call, Operation } from '../operation';
import { checkedPageSize, page } from '../page';

/** A kind of thing, and how EC2 describes it. */
export interface Described<T> {
  /** The parameter that names IDs. */
  readonly ids: string;
  /** The element of the answer that holds the items. */
  readonly set: string;
  readonly filters: Filters<T>;
  readonly from: (call: Ec2Call) => Collection<T>;
  readonly idOf: (item: T) => string;
  readonly show: (item: T, call: Ec2Call) => XmlContent;
}

/** A Describe operation: everything, or what is named, as far as the filters let it pass, in pages. */
export function describe<T>(kind: Described<T>): Operation {
  return (query) => {
    const ids = query.list(kind.ids);
    const matches = matcher(kind.filters, query.filters());
    const maxResults = query.text('MaxResults');
    const token = query.text('NextToken');
    if (ids.length > 0 && maxResults !== undefined) {
      throw ec2Error('InvalidParameterCombination', `The parameter ${kind.ids} cannot be used with the parameter maxResults`);
    }
    const pageSize = maxResults === undefined ? undefined : checkedPageSize(maxResults);
    return {
      authorize: (call) => call.authorize('*'),
      run(call) {
        const things = kind.from(call);
        const named = ids.length > 0 ? ids.map((id) => things.existing(id)) : things.all();
        const { items, nextToken } = page(named, kind.idOf, pageSize ?? call.settings.ec2PageSize, token);
        // Filtered after it was cut: EC2 promises nothing of how full a page is. Only a missing token says that it was the last.
        const shown = items.filter((item) => matches(item, call.network)).map((item) => kind.show(item, call));
        return { [kind.set]: set(shown), nextToken };
      },
    };
  };
}

export function set(items: readonly XmlContent[]): XmlContent {
  return { item: items };
}

export function tagSet(tags: Tags): XmlContent {
  return set(Object.entries(tags).map(([key, value]) => ({ key, value })));
}

export function groupSet(groupIds: readonly string[], network: Network): XmlContent {
  return set(groupIds.map((groupId) => ({ groupId, groupName: network.securityGroups.get(groupId)?.groupName })));
}
