/** Invented countries, offices and people: whoever looks at the simulated board must not take it for news. */
export const questions: readonly { name: string; selections: readonly string[] }[] = [
  {
    name: 'Who will win the next Valmere presidential election?',
    selections: ['Ilse Harrowgate', 'Tomas Bellamy', 'Ruth Okonedo', 'Piers Lundqvist', 'Dana Whitlow', 'Any other'],
  },
  { name: 'Which party will control the Valmere Senate?', selections: ['Civic Union', 'Labour & Land'] },
  { name: 'Which party will control the Valmere House?', selections: ['Civic Union', 'Labour & Land'] },
  {
    name: 'Who will lead the Civic Union at the end of the year?',
    selections: ['Ilse Harrowgate', 'Marcus Fenn', 'Odile Prewitt', 'Sanjay Thorne', 'Greta Holloway', 'Any other'],
  },
  {
    name: 'How many seats will the Greens win in Valmere?',
    selections: ['9 or fewer', '10 to 14', '15 to 19', '20 to 24', '25 to 29', '30 or more'],
  },
  { name: 'Will Valmere hold a referendum on the euro this year?', selections: ['Yes', 'No'] },
  {
    name: 'Who will be the next prime minister of Norrland Isles?',
    selections: ['Edda Strand', 'Jon Aske', 'Mirelle Voss', 'Halvar Quist'],
  },
  {
    name: 'Which party will win most seats in Norrland Isles?',
    selections: ['Coastal', 'Agrarian', 'Liberal League', 'Workers’ List', 'Home Rule'],
  },
  { name: 'Will the Norrland Isles government fall before June?', selections: ['Yes', 'No'] },
  {
    name: 'Who will be elected mayor of Port Ellery?',
    selections: ['Nadia Crane', 'Owen Tully', 'Beatrix Sorrell', 'Kofi Marsh', 'Lena Abbot', 'Hugh Penrose', 'Any other'],
  },
  { name: 'Will the Port Ellery harbour levy pass?', selections: ['Yes', 'No'] },
  {
    name: 'Which party will win the Castellan general election?',
    selections: ['National Front Bench', 'Social Accord', 'Radical Centre'],
  },
  {
    name: 'Who will be nominated to the Castellan supreme court?',
    selections: ['Judge Amory', 'Judge Bastide', 'Judge Corrigan', 'Judge Dellacroce', 'Judge Ewart'],
  },
  { name: 'Will Castellan leave the customs pact this year?', selections: ['Yes', 'No'] },
  {
    name: 'Turnout in the Castellan general election?',
    selections: ['Under 50 %', '50 to 54 %', '55 to 59 %', '60 to 64 %', '65 to 69 %', '70 % or more'],
  },
  {
    name: 'Who will win the Tamberlyn governor’s race?',
    selections: ['Roy Castlewood', 'Imani Blake', 'Stellan Frye'],
  },
  {
    name: 'Who will win the Tamberlyn primary of the Reform party?',
    selections: [
      'Imani Blake',
      'Carl Ostrander',
      'Wynne Pascoe',
      'Leila Sadler',
      'Duncan Ravel',
      'Petra Novotna-Hale',
      'Guy Marchbanks',
      'Tessa Lyle',
      'Aldo Finch',
      'Rosalind Keane',
      'Bram Oakes',
      'Any other',
    ],
  },
  { name: 'Will the Tamberlyn budget pass by the deadline?', selections: ['Yes', 'No'] },
  {
    name: 'How many ministers will leave the Tamberlyn cabinet?',
    selections: ['None', '1', '2', '3', '4 or more'],
  },
  { name: 'Will the Tamberlyn governor’s approval be above 45 % on Friday?', selections: ['Yes', 'No'] },
  {
    name: 'Who will chair the Assembly of the Straits?',
    selections: ['Valmere', 'Norrland Isles', 'Castellan', 'Tamberlyn'],
  },
  { name: 'Will the Straits fisheries treaty be ratified?', selections: ['Yes', 'No'] },
  {
    name: 'Where will the next Straits summit be held?',
    selections: ['Port Ellery', 'Castel Alba', 'Nordhamn', 'Tamber', 'Elsewhere'],
  },
  { name: 'Will a woman lead the Assembly of the Straits?', selections: ['Yes', 'No'] },
]
