/** Holds a value that events are folded over. */
export class Folded<State, Event> {
  constructor(
    private value: State,
    private readonly fold: (state: State, event: Event) => State,
    /** Called after every event that changed something. */
    private readonly changed: (state: State, before: State) => void,
  ) {}

  get state(): State {
    return this.value;
  }

  apply(event: Event): void {
    const before = this.value;
    this.value = this.fold(before, event);
    if (this.value !== before) this.changed(this.value, before);
  }
}
