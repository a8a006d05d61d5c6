/** Where the page begins: the scheme before anything is painted, then the page itself. */
import { render } from 'preact';
import 'uplot/dist/uPlot.min.css';
import './styles/palette.css';
import './styles/page.css';
import './styles/forms.css';
import './styles/now.css';
import './styles/chart.css';
import './styles/narrow.css';
import './styles/print.css';
import { keptScheme, showScheme } from './io/theme.ts';
import { Page } from './page.tsx';

showScheme(keptScheme());
const place = document.getElementById('page');
if (place !== null) render(<Page />, place);
