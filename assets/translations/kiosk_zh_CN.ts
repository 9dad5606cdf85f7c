<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN">
<context>
    <name>Attract</name>
    <message>
        <source>Touch to start</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Buy a ticket for today’s coaches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next departures</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Departs</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seats left</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Fare</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No coach is on sale here at the moment. Please ask at the ticket window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Waiting for a ticket from before the restart? Touch here.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Bills</name>
    <message>
        <source>%1 goes in</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 does not go in now</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>BottomBand</name>
    <message>
        <source>Back</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Start over</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Normal text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Large text</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Contrast</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Code</name>
    <message>
        <source>The code of your ticket</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Done</name>
    <message>
        <source>Please take your tickets</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Please take your ticket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gate</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Seat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Any</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Departs %1, %2. Boarding closes %3.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Departs %1. Boarding closes %2.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keep the ticket and your ID at hand: you need them at the gate.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Finish</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>GiveUp</name>
    <message>
        <source>Please wait: your slip is being printed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop buying?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your money in the machine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine cannot give bills back. You will get a slip with a number: take it to the ticket window and you will be paid in full.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Stop, and give me the slip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Go on paying</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Keys</name>
    <message>
        <source>Space</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Erase the last character</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Names</name>
    <message>
        <source>Child</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Concession</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Free</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Adult</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Age 6 to 14, or 1.2 m to 1.5 m tall</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With a disabled veteran or police officer card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Everybody else</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Chinese resident ID card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Residence permit for Hong Kong, Macao and Taiwan residents</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Foreign permanent resident ID card</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Passport</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mainland travel permit, Hong Kong and Macao</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Mainland travel permit, Taiwan</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Leaving now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>in %1 min</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That coach can no longer be sold. Please choose another.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your seats were given back and no money was taken. Please choose again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>This ID is in the order already. Please use the next traveller’s.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No more travellers fit into this order. Pay for these first.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>NotPrinted</name>
    <message>
        <source>Did your ticket come out?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paid, but the ticket did not print</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your ticket is paid and valid. If no paper came out, print a copy, or take a picture of this code: it opens the gate too.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Your money is safe and your seat is yours. Take a picture of this code: it opens the gate. Or ask staff to load paper, then print again.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No: print a copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Print again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes, I have it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I have a picture of the code</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>OutOfService</name>
    <message>
        <source>No tickets from this machine now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Please use another machine or the ticket window.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Pay</name>
    <message>
        <source>How would you like to pay?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To pay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pay in cash</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Keeping your seats…</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine gives no change. Please have the exact amount ready in bills.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Bills that the machine knows</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Printing</name>
    <message>
        <source>Printing ticket %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Printing your ticket</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paid: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The ticket comes out of the slot below the screen. Please wait until it has stopped moving.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>PuttingIn</name>
    <message>
        <source>Put in the bills one by one</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Please wait a moment</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Still to pay</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paid so far</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Paid %1 of %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine takes these bills now</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No change: the machine never takes more than is still to pay.</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Rail</name>
    <message>
        <source>Destination: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>To</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Departure: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Travellers: %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message numerus="yes">
        <source>%n traveller(s)</source>
        <translation type="unfinished">
            <numerusform></numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Recovered</name>
    <message>
        <source>The machine restarted. Is this your money?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The machine restarted. Is this your ticket?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is paid and is being printed now. Please wait for it.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is paid and valid, but nobody knows whether it was printed. If you do not have it, print a copy.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is paid and valid, but it was not printed yet.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is paid and was printed. Please take it from the slot below the screen.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You will be paid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number of your slip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the slip to the ticket window: you will be paid there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The slip could not be printed. Write the number down or take a picture of it, and go to the ticket window: you will be paid there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is not mine</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is mine, I have the number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I have it</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is mine: print a copy</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>It is mine: print it</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>RiderTicket</name>
    <message>
        <source>Which ticket for %1?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>With one child free of charge, no seat</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Up to 6 years or 1.2 m</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Done</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>StillThere</name>
    <message>
        <source>Are you still there?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In %1 seconds the purchase ends and a slip for your money is printed.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In %1 seconds what you have entered is wiped.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Yes, continue</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>TopBand</name>
    <message>
        <source>Offline sale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Cash only</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No payment now</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Trouble</name>
    <message>
        <source>Your money is safe</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>That did not work</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>You will be paid</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Number of your slip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Take the slip to the ticket window: you will be paid there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The slip could not be printed. Write the number down or take a picture of it, and go to the ticket window: you will be paid there.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Choose again</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I have the slip</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>I have the number</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Typing</name>
    <message>
        <source>Which document?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>The name in the document</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Please look at the number again: one of its digits cannot be right.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Documents above</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Documents below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>In Latin letters (pinyin)</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>18 digits, the last may be X</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Letters and digits as printed</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Next</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WhereTo</name>
    <message>
        <source>Spell the destination</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Where to?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Another destination: find it by its first letters</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>First letters of the name in pinyin, such as HZ</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Previous destinations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>More destinations</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, next coach %2, from %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1, no coach on sale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No coach on sale</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2 · from %3</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 · from %2</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>WhichDeparture</name>
    <message>
        <source>Which coach to %1?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No coach to this place is on sale here any more today. Touch Back to choose another destination, or ask at the ticket window.</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Earlier coaches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Later coaches</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 to %2, gate %3, %4 seats left, %5</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Gate %1 · %2 left</source>
        <translation type="unfinished"></translation>
    </message>
</context>
<context>
    <name>Who</name>
    <message>
        <source>Who is travelling?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Anyone else?</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place the ID card on the reader</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Place the next ID card on the reader</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Travellers above</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Travellers below</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2, with one child</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>%1 %2</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change the ticket of %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Change</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Remove</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>No card: type the number</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pay %1</source>
        <translation type="unfinished"></translation>
    </message>
    <message>
        <source>Pay</source>
        <translation type="unfinished"></translation>
    </message>
</context>
</TS>
