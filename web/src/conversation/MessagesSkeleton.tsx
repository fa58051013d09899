const widths = ['w-3/5', 'w-2/5', 'w-4/5', 'w-1/2', 'w-2/3'];

export function MessagesSkeleton() {
  return (
    <div role="status" className="mx-auto w-full max-w-4xl space-y-6 px-4 py-6 sm:px-8">
      <span className="sr-only">Loading messages</span>
      {widths.map((width) => (
        <div key={width} aria-hidden="true" className="flex animate-pulse gap-3">
          <span className="size-9 shrink-0 rounded-full bg-hover" />
          <span className="grow space-y-2 pt-1">
            <span className="block h-3 w-28 rounded bg-hover" />
            <span className={`block h-3 rounded bg-hover ${width}`} />
          </span>
        </div>
      ))}
    </div>
  );
}
