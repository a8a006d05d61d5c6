/** A component that is drawn anew only when one of its properties is another value. Rejected: preact/compat for its memo alone. */
import { Component, type ComponentChildren, type FunctionComponent, h } from 'preact';

export function still<Props extends object>(drawn: (props: Props) => ComponentChildren): FunctionComponent<Props> {
  class Still extends Component<Props> {
    override shouldComponentUpdate(next: Readonly<Props>): boolean {
      const before = this.props;
      return (Object.keys(next) as (keyof Props)[]).some((key) => next[key] !== before[key]);
    }

    override render(): ComponentChildren {
      return h(drawn as FunctionComponent<Props>, this.props);
    }
  }
  return (props) => h(Still, props);
}
