export { chromiumArgs, findChromium } from '../../scripts/chromium.ts'
