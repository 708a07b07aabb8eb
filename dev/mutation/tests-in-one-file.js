/**
 * The tests of a folder as one file of tests. Jest loads all modules anew for each file, which takes longer than the tests: with
 * one file a mutant is judged in a second, and not in ten.
 */
/* global testFiles */
for (const file of testFiles) {
  describe(file, () => {
    require(`../../${file}`);
  });
}
