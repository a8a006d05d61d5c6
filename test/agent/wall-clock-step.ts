/** Preloaded into a program: from STEP_FILE's appearance on, the wall clock that JavaScript reads is an hour behind. */
import { existsSync } from 'node:fs';

const file = process.env['STEP_FILE'] ?? '';
const real = Date.now.bind(Date);
let isStepped = false;
setInterval(() => {
  isStepped = existsSync(file);
}, 20).unref();
Date.now = () => real() - (isStepped || existsSync(file) ? 3_600_000 : 0);
