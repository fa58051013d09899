import { useId, useState, type InputHTMLAttributes } from 'react';
import { EyeIcon } from './icons';

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string;
  hint?: string;
  /** What is wrong with the value, shown beside it. */
  error?: string | undefined;
}

/** A labelled input; a password can be shown. */
export function Field({ label, hint, error, type = 'text', className = '', ...rest }: FieldProps) {
  const id = useId();
  const [shown, setShown] = useState(false);
  const secret = type === 'password';
  const note = error ?? hint;
  return (
    <div className={className}>
      <label htmlFor={id} className="mb-1.5 block text-sm font-medium">
        {label}
      </label>
      <div className="relative">
        <input
          id={id}
          dir="auto"
          {...rest}
          type={secret && shown ? 'text' : type}
          aria-invalid={error ? true : undefined}
          aria-describedby={note ? `${id}-note` : undefined}
          className={`block h-11 w-full rounded-lg border bg-raised px-3 text-base outline-none transition-shadow placeholder:text-soft/70 focus:border-accent focus:ring-3 focus:ring-accent/20 sm:text-[0.95rem] ${secret ? 'pe-11' : ''} ${error ? 'border-danger' : 'border-line'}`}
        />
        {secret && (
          <button
            type="button"
            aria-label="Show password"
            aria-pressed={shown}
            onClick={() => setShown(!shown)}
            className={`absolute inset-y-0 end-0 flex w-11 items-center justify-center rounded-e-lg ${shown ? 'text-accent' : 'text-soft'}`}
          >
            <EyeIcon className="size-[1.15rem]" />
          </button>
        )}
      </div>
      {note && (
        <p id={`${id}-note`} className={`mt-1.5 text-sm ${error ? 'text-danger' : 'text-soft'}`}>
          {note}
        </p>
      )}
    </div>
  );
}
