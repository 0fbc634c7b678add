import { ServiceResponse } from './service';

export type XmlContent = string | number | boolean | undefined | readonly XmlContent[] | { readonly [name: string]: XmlContent };

/** An element and all below it; an array repeats its element, what is undefined is left out. */
export function xmlElement(name: string, content: XmlContent, namespace?: string): string {
  if (content === undefined) return '';
  if (isArray(content)) return content.map((item) => xmlElement(name, item, namespace)).join('');
  const inner =
    typeof content === 'object'
      ? Object.entries(content)
          .map(([child, value]) => xmlElement(child, value))
          .join('')
      : escapeXml(String(content));
  return `<${name}${namespace ? ` xmlns="${namespace}"` : ''}>${inner}</${name}>`;
}

export function xmlResponse(status: number, root: string, headers: Record<string, string> = {}): ServiceResponse {
  return { status, headers: { 'content-type': 'text/xml', ...headers }, body: `<?xml version="1.0" encoding="UTF-8"?>\n${root}` };
}

const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => entities[character] ?? character);
}

function isArray(content: XmlContent): content is readonly XmlContent[] {
  return Array.isArray(content);
}
