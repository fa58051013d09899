import { Component, memo, type ReactNode } from 'react';
import Markdown, { type Components } from 'react-markdown';
import remarkBreaks from 'remark-breaks';
import remarkGfm from 'remark-gfm';
import { overwhelms } from './markup';

const plugins = [[remarkGfm, { singleTilde: false }], remarkBreaks] as const;

const components: Components = {
  a: ({ href, children }) => (
    <a href={href} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  // Pictures from elsewhere would tell their hosts who reads here; they become links.
  img: ({ src, alt }) =>
    typeof src === 'string' ? (
      <a href={src} target="_blank" rel="noopener noreferrer nofollow">
        {alt || src}
      </a>
    ) : null,
  p: ({ children }) => <p dir="auto">{children}</p>,
  li: ({ children, className }) => (
    <li dir="auto" className={className}>
      {children}
    </li>
  ),
  input: ({ checked }) => (
    <input type="checkbox" checked={checked} disabled aria-label={checked ? 'Done' : 'To do'} />
  ),
  pre: ({ children }) => <pre tabIndex={0}>{children}</pre>,
  table: ({ children }) => (
    <div className="table-scroll" tabIndex={0} role="region" aria-label="Table">
      <table>{children}</table>
    </div>
  ),
};

/** A few emoji and nothing else. */
const EMOJI_ONLY = /^(?:\p{RGI_Emoji}\s?){1,6}$/v;

/** A message's Markdown without raw HTML. */
export const MessageBody = memo(function MessageBody({ body }: { body: string }) {
  const jumbo = body.length < 80 && EMOJI_ONLY.test(body.trim());
  return (
    <div dir="auto" className={`prose-message ${jumbo ? 'jumbo' : ''}`}>
      {overwhelms(body) ? (
        <AsWritten body={body} />
      ) : (
        <Guard body={body}>
          <Markdown remarkPlugins={[...plugins] as never} components={components}>
            {body}
          </Markdown>
        </Guard>
      )}
    </div>
  );
});

function AsWritten({ body }: { body: string }) {
  return <p className="whitespace-pre-wrap">{body}</p>;
}

/** Falls back to the text as written where the renderer fails. */
class Guard extends Component<{ body: string; children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    return this.state.failed ? <AsWritten body={this.props.body} /> : this.props.children;
  }
}
