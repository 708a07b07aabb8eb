import { taskLabels } from '../../src/activities/task-labels';

test('a task has its name as its label; no task is none', () => {
  const labelOf = taskLabels();

  expect([labelOf('billing'), labelOf(null), labelOf('billing')]).toEqual(['billing', 'none', 'billing']);
});

test('a worker has labels for fifty tasks, and all others are one', () => {
  const labelOf = taskLabels();
  const names = Array.from({ length: 60 }, (_, index) => `task ${index}`);

  expect(names.map(labelOf)).toEqual([...names.slice(0, 50), ...Array.from({ length: 10 }, () => 'other')]);
  expect(labelOf('task 7')).toBe('task 7');
  expect(labelOf('task 55')).toBe('other');
});

test('a long name is cut', () => {
  expect(taskLabels()('x'.repeat(1000))).toBe('x'.repeat(100));
});
