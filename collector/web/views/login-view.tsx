/** What who is not let in sees: a form for the token that an admin gave out, and nothing of the collector. */
import { useRef, useState } from 'preact/hooks';
import { Field } from '../parts/field.tsx';

interface LoginProps {
  /** Somebody was in before. */
  readonly over: boolean;
  readonly logIn: (token: string) => Promise<string | null>;
}

export function LoginView({ over, logIn }: LoginProps) {
  const [token, setToken] = useState('');
  const [wrong, setWrong] = useState<string | null>(null);
  const [isSending, setSending] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const send = async (submit: Event): Promise<void> => {
    submit.preventDefault();
    setSending(true);
    const problem = token.trim() === '' ? 'a token is needed' : await logIn(token);
    // After a success this view is gone.
    if (problem === null) return;
    setSending(false);
    setWrong(problem);
    form.current?.querySelector('input')?.focus();
  };
  return (
    <main class="login">
      <section class="card" aria-labelledby="login-title">
        <h1 id="login-title">dorawatch: log in</h1>
        <p class="soft">
          {over
            ? 'You are no longer logged in: the token has ended or was taken back, or you logged out elsewhere.'
            : 'This collector shows its state to people whom it knows.'}{' '}
          A token is made by an admin: <code>dorawatch bearer create NAME --role viewer</code>
        </p>
        <form ref={form} onSubmit={send} noValidate>
          <Field
            id="login-token"
            label="Token"
            type="password"
            value={token}
            wrong={wrong}
            onValue={setToken}
            placeholder="dwb1-…"
            required
          />
          <button type="submit" class="primary" disabled={isSending}>
            Log in
          </button>
        </form>
      </section>
    </main>
  );
}
