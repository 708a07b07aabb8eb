/** Properties are tried with the same values for every mutant, so that two runs come to the same result. */
require('fast-check').configureGlobal({ seed: 20_261_129, endOnFailure: true });
