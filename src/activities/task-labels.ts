/** So many tasks have a label of their own in a worker's metrics: who reads them pays for each. */
const MOST = 50;
const LONGEST = 100;

/** The label of a task in metrics. The first tasks that a worker meets have their names, all later ones are `other`. */
export function taskLabels(): (taskName: string | null) => string {
  const known = new Set<string>();
  return (taskName) => {
    if (taskName === null) return 'none';
    const label = taskName.slice(0, LONGEST);
    if (known.size < MOST) known.add(label);
    return known.has(label) ? label : 'other';
  };
}
